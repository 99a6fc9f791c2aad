using System.Globalization;

namespace Ioasis.Client.Transports;

/// <summary>Finds VFIO character devices in sysfs (Documentation/ABI/testing/sysfs-devices-vfio-dev).</summary>
internal static class PciTree
{
    private const string Devices = "/sys/bus/pci/devices";

    public static IReadOnlyList<VfioNode> FindDevices()
    {
        if (!Directory.Exists(Devices))
            return [];
        var found = new List<VfioNode>();
        foreach (string directory in Directory.GetDirectories(Devices).Order(StringComparer.Ordinal))
        {
            if (NodeOf(directory) is { } node && ReadNumber(directory, "vendor") is { } vendor && ReadNumber(directory, "device") is { } device)
                found.Add(new VfioNode(Path.GetFileName(directory), vendor, device, node));
        }

        return found;
    }

    /// <summary>A device that is bound to VFIO has one directory <c>vfio-dev/vfioN</c>.</summary>
    private static string? NodeOf(string device)
    {
        string parent = Path.Combine(device, "vfio-dev");
        if (!Directory.Exists(parent))
            return null;
        string? entry = Directory.GetDirectories(parent, "vfio*").FirstOrDefault();
        return entry is null ? null : $"/dev/vfio/devices/{Path.GetFileName(entry)}";
    }

    private static ushort? ReadNumber(string directory, string file)
    {
        try
        {
            ReadOnlySpan<char> text = File.ReadAllText(Path.Combine(directory, file)).AsSpan().Trim();
            return ushort.TryParse(text[(text.IndexOf('x') + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number)
                ? number
                : null;
        }
        catch (IOException)
        {
            return null; // unplugged meanwhile
        }
    }
}
