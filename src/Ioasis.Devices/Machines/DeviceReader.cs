using Ioasis.Devices.Drivers;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Machines;

/// <summary>From settings to devices: addresses and groups that nobody chose are the next free ones.</summary>
internal sealed class DeviceReader(IReadOnlyList<IommuDescription> iommus)
{
    private const int FirstSlot = 0x10;
    private const int SlotStep = 8;
    private const int LastGroup = 65535;
    private const ulong LastClass = 0xff_ffff;
    private const int LongestDriver = 55; // what Linux allows a module's name

    /// <summary>Settings of every device, beside the model's options.</summary>
    private static readonly string[] Common = [.. CommonOptions.All.Select(option => option.Name)];

    private readonly Dictionary<PciAddress, string> _addresses = [];
    private readonly Dictionary<int, string> _groups = [];
    private readonly Bridges _bridges = new();

    /// <returns>What is wrong, or null.</returns>
    public string? Read(IReadOnlyList<SettingList> all, out List<DeviceDescription> devices)
    {
        devices = [];
        string? error = all.Count > MachineDescription.MostDevices
            ? $"{all.Count} devices are more than the {MachineDescription.MostDevices} that a machine can have"
            : null;

        // What was chosen comes first, so that what is automatic finds it taken.
        var drafts = new List<Draft>();
        foreach (SettingList settings in all)
            drafts.Add(ReadDraft(settings, ref error));
        error ??= _bridges.FindClash(_addresses);
        if (error is not null)
            return error;

        int nextSlot = FirstSlot * SlotStep;
        int nextGroup = 0;
        foreach (Draft draft in drafts)
        {
            PciAddress address = draft.Address ?? FreeAddress(ref nextSlot);
            int group = draft.Group ?? FreeGroup(ref nextGroup, draft.Iommu);
            devices.Add(new DeviceDescription(draft.Model!, address, draft.Bridge, draft.Iommu, group, draft.Options)
            {
                Driver = draft.Driver,
                Class = draft.Class,
            });
        }
        return null;
    }

    private Draft ReadDraft(SettingList settings, ref string? error)
    {
        DeviceModel? model = DeviceModels.Find(settings.Kind);
        if (model is null)
        {
            error ??= $"{settings.Origin}: there is no device model \"{settings.Kind}\"; there are {string.Join(", ", DeviceModels.All.Select(one => one.Name))}";
            return default;
        }
        error ??= settings.FindUnknown([.. Common, .. model.Options.Select(option => option.Name)]);
        PciAddress? address = ReadAddress(settings, ref error);
        PciAddress? bridge = ReadBridge(settings, address, ref error);
        string iommu = ReadIommu(settings, ref error);
        int? group = ReadGroup(settings, iommu, ref error);
        return new Draft(model, address, bridge, iommu, group, ReadOptions(settings, model, ref error))
        {
            Driver = ReadDriver(settings, ref error),
            Class = ReadClass(settings, ref error),
        };
    }

    /// <summary>A driver is a directory's name.</summary>
    private static string? ReadDriver(SettingList settings, ref string? error)
    {
        string name = settings.Single("driver", ref error) ?? PciDriver.VfioName;
        if (name == "none")
            return null;
        bool isName = name.Length is > 0 and <= LongestDriver && name.All(static one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_');
        if (!isName || name == PciDriver.BridgeName)
            error ??= $"{settings.Origin}: driver \"{name}\" is no driver's name: letters, digits, - and _, at most {LongestDriver}, not {PciDriver.BridgeName}";
        return name;
    }

    private static uint? ReadClass(SettingList settings, ref string? error)
    {
        string? text = settings.Single("class", ref error);
        if (text is null)
            return null;
        if (!Number.TryParse(text, out ulong value) || value > LastClass)
            error ??= $"{settings.Origin}: class \"{text}\" is no number from 0 to 0x{LastClass:x}";
        return (uint)value;
    }

    private PciAddress? ReadAddress(SettingList settings, ref string? error)
    {
        string? text = settings.Single("address", ref error);
        if (text is null)
            return null;
        if (!PciAddress.TryParse(text, out PciAddress address))
            error ??= $"{settings.Origin}: address \"{text}\" is no PCI address such as 0000:00:10.0";
        else if (!_addresses.TryAdd(address, settings.Origin))
            error ??= $"{settings.Origin}: the address {address} is taken by {_addresses[address]}";
        return address;
    }

    private PciAddress? ReadBridge(SettingList settings, PciAddress? address, ref string? error)
    {
        string? text = settings.Single("bridge", ref error);
        PciAddress? bridge = null;
        if (text is not null)
        {
            if (PciAddress.TryParse(text, out PciAddress parsed))
                bridge = parsed;
            else
                error ??= $"{settings.Origin}: bridge \"{text}\" is no PCI address such as 0000:00:1c.0";
            if (address is null)
                error ??= $"{settings.Origin}: behind a bridge, a device needs an address on the bridge's bus";
        }
        if (address is { } own)
            error ??= _bridges.Add(settings.Origin, own, bridge);
        return bridge;
    }

    private string ReadIommu(SettingList settings, ref string? error)
    {
        string name = settings.Single("iommu", ref error) ?? iommus[0].Name;
        if (iommus.All(iommu => iommu.Name != name))
            error ??= $"{settings.Origin}: there is no IOMMU \"{name}\"; there are {string.Join(", ", iommus.Select(one => one.Name))}";
        return name;
    }

    private int? ReadGroup(SettingList settings, string iommu, ref string? error)
    {
        string? text = settings.Single("group", ref error);
        if (text is null)
            return null;
        if (!Number.TryParse(text, out ulong group) || group > LastGroup)
        {
            error ??= $"{settings.Origin}: group \"{text}\" is no number from 0 to {LastGroup}";
            return null;
        }
        if (!_groups.TryAdd((int)group, iommu) && _groups[(int)group] != iommu)
            error ??= $"{settings.Origin}: group {group} is behind IOMMU {_groups[(int)group]}, this device behind {iommu}";
        return (int)group;
    }

    private static DeviceOptions ReadOptions(SettingList settings, DeviceModel model, ref string? error)
    {
        DeviceOptions values = DeviceOptions.DefaultsOf(model.Options);
        foreach (DeviceOption option in model.Options)
        {
            if (settings.Single(option.Name, ref error) is { } text && values.Set(option, text) is { } problem)
                error ??= $"{settings.Origin}: {option.Name} \"{text}\" {problem}";
        }
        return values;
    }

    private PciAddress FreeAddress(ref int next)
    {
        while (true)
        {
            var address = new PciAddress(0, new RequesterId((ushort)next));
            next += SlotStep;
            if (_addresses.TryAdd(address, "a device without an address"))
                return address;
        }
    }

    private int FreeGroup(ref int next, string iommu)
    {
        while (!_groups.TryAdd(next, iommu))
            next++;
        return next;
    }

    /// <summary>A device whose address and group may still be open.</summary>
    private readonly record struct Draft(
        DeviceModel? Model, PciAddress? Address, PciAddress? Bridge, string Iommu, int? Group, DeviceOptions Options)
    {
        public string? Driver { get; init; }

        public uint? Class { get; init; }
    }
}
