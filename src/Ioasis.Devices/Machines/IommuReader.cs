using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Machines;

/// <summary>From settings to IOMMUs: defaults by kind, names by number.</summary>
internal static class IommuReader
{
    private const ulong SmallestPage = 4096;
    private const int LongestName = 64;
    private static readonly string[] Known = ["name", "aperture", "page_sizes", "reserved"];
    private static readonly string[] KnownOfMock = ["name", "reserved"]; // what it translates is fixed

    /// <returns>What is wrong, or null.</returns>
    public static string? Read(IReadOnlyList<SettingList> all, out List<IommuDescription> iommus)
    {
        iommus = [];
        if (all.Count > MachineDescription.MostIommus)
            return $"{all.Count} IOMMUs are more than the {MachineDescription.MostIommus} that a machine can have";
        var origins = new Dictionary<string, string>();
        foreach (SettingList settings in all)
        {
            string? error = ReadOne(settings, iommus);
            if (error is not null)
                return error;
            string name = iommus[^1].Name;
            if (!origins.TryAdd(name, settings.Origin))
                return $"{settings.Origin}: the name {name} is taken by {origins[name]}";
        }
        return null;
    }

    private static string? ReadOne(SettingList settings, List<IommuDescription> iommus)
    {
        IommuDefaults? defaults = IommuDefaults.All.FirstOrDefault(one => one.Word == settings.Kind);
        if (defaults is null)
            return $"{settings.Origin}: there is no IOMMU type \"{settings.Kind}\"; there are {string.Join(", ", IommuDefaults.All.Select(one => one.Word))}";

        string? error = settings.FindUnknown(defaults.Type == IommuType.Mock ? KnownOfMock : Known);
        string name = settings.Single("name", ref error) ?? defaults.NamePrefix + iommus.Count(one => one.Type == defaults.Type);
        if (error is null && !IsName(name))
            error = $"{settings.Origin}: \"{name}\" cannot be a name: up to {LongestName} letters, digits and - _ . : + can, not first a dot";
        AddressRange aperture = ReadAperture(settings, defaults, ref error);
        ulong pageSizes = ReadPageSizes(settings, defaults, ref error);
        IReadOnlyList<ReservedRegion> reserved = ReadReserved(settings, defaults, ref error);
        if (error is null)
            iommus.Add(new IommuDescription(name, defaults.Type, aperture, pageSizes, reserved));
        return error;
    }

    /// <summary>A name becomes a directory of sysfs, and a word on the command line.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.' or ':' or '+');

    private static AddressRange ReadAperture(SettingList settings, IommuDefaults defaults, ref string? error)
    {
        string? text = settings.Single("aperture", ref error);
        if (text is null)
            return new AddressRange(defaults.ApertureFirst, defaults.ApertureLast);
        if (!Number.TryParseRange(text, out AddressRange range))
            error ??= $"{settings.Origin}: aperture \"{text}\" is not FIRST-LAST, two addresses";
        return range;
    }

    /// <summary>Sizes joined by +, or given one by one.</summary>
    private static ulong ReadPageSizes(SettingList settings, IommuDefaults defaults, ref string? error)
    {
        ulong sizes = 0;
        foreach (KeyValuePair<string, string> setting in settings.Settings.Where(one => one.Key == "page_sizes"))
        {
            foreach (string text in setting.Value.Split('+'))
            {
                if (!Number.TryParse(text, out ulong size) || !ulong.IsPow2(size) || size < SmallestPage)
                    error ??= $"{settings.Origin}: page size \"{text}\" is no power of two from {SmallestPage} up";
                sizes |= size;
            }
        }
        return sizes == 0 ? defaults.PageSizes : sizes;
    }

    /// <summary>Any number of regions, in place of the default ones; "none" for no region.</summary>
    private static IReadOnlyList<ReservedRegion> ReadReserved(SettingList settings, IommuDefaults defaults, ref string? error)
    {
        List<string> texts = [.. settings.Settings.Where(one => one.Key == "reserved").Select(one => one.Value)];
        if (texts.Count == 0)
            return defaults.Reserved;
        if (texts is ["none"])
            return [];
        var regions = new List<ReservedRegion>();
        foreach (string text in texts)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            string kindText = colon < 0 ? "reserved" : text[(colon + 1)..];
            ReservedKind? kind = kindText switch
            {
                "reserved" => ReservedKind.Reserved,
                "msi" => ReservedKind.Msi,
                "sw-msi" => ReservedKind.SoftwareMsi,
                "direct" => ReservedKind.Direct,
                _ => null,
            };
            if (kind is null)
                error ??= $"{settings.Origin}: a reserved region is reserved, msi, sw-msi or direct, not \"{kindText}\"";
            else if (!Number.TryParseRange(colon < 0 ? text : text[..colon], out AddressRange range))
                error ??= $"{settings.Origin}: reserved \"{text}\" is not FIRST-LAST[:KIND]";
            else
                regions.Add(new ReservedRegion(range, kind.Value));
        }
        return [.. regions.OrderBy(one => one.Range.First)];
    }
}
