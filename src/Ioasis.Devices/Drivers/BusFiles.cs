using Ioasis.Devices.Machines;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>The bus's own files: drivers_probe, drivers_autoprobe, rescan.</summary>
internal static class BusFiles
{
    private const string Path = "/sys/bus/pci";
    private const uint WriteOnly = 0x80, ReadWrite = 0x1a4; // 0200, 0644

    public static void Add(FileTree tree, PciBus bus)
    {
        tree.AddDirectory("/sys/bus/pci/devices");
        tree.AddDirectory("/sys/bus/pci/slots");
        tree.Add(new AttributeEntry($"{Path}/drivers_probe", WriteOnly, null, (text, ref why, ref _) => bus.Probe(text, ref why)));
        tree.Add(new AttributeEntry($"{Path}/drivers_autoprobe", ReadWrite, () => bus.AutoProbe ? "1\n" : "0\n", (text, ref _, ref _) =>
        {
            bus.AutoProbe = text[0] != (byte)'0';
            return Errno.Success;
        }));
        tree.Add(RescanAt($"{Path}/rescan", bus));
        tree.Add(new AttributeEntry($"{Path}/uevent", WriteOnly, null, EventFile.Store($"{Path}/uevent")));
    }

    /// <summary>A file that has the bus looked through again: the bus's, and one a device.</summary>
    public static AttributeEntry RescanAt(string path, PciBus bus) => new(path, WriteOnly, null, (text, ref why, ref _) =>
    {
        Errno errno = AttributeText.ReadNumber(text, path, out ulong number, ref why);
        if (errno.Succeeded && number != 0)
            bus.Rescan();
        return errno;
    });
}
