using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Machines;

/// <summary>
/// A PCI-to-PCI bridge in sysfs: a PCIe root port, which clients see and cannot have. It is there for the bus below it, and for the
/// reset of that bus.
/// </summary>
internal static class BridgeFiles
{
    private const uint BridgeClass = 0x060400;
    private const byte BridgeHeader = 1;
    private const int PrimaryBus = 0x18, SecondaryBus = 0x19, SubordinateBus = 0x1a;

    private static readonly PciIdentity RootPort = new(0x1b36, 0x000c, BridgeClass, Revision: 0, SubsystemVendor: 0, SubsystemDevice: 0);

    public static void Add(FileTree tree, string path, PciAddress bridge, int bus)
    {
        const string driver = "/sys/bus/pci/drivers/pcieport";
        void File(string name, string text) => tree.AddText($"{path}/{name}", text + "\n");

        File("vendor", $"0x{RootPort.Vendor:x4}");
        File("device", $"0x{RootPort.Device:x4}");
        File("subsystem_vendor", "0x0000");
        File("subsystem_device", "0x0000");
        File("class", $"0x{BridgeClass:x6}");
        File("revision", "0x00");
        File("irq", "0");
        File("numa_node", "-1");
        File("enable", "1");
        File("secondary_bus_number", $"{bus}");
        File("subordinate_bus_number", $"{bus}");
        File("uevent", $"DRIVER=pcieport\nPCI_CLASS={BridgeClass:X}\nPCI_ID={RootPort.Vendor:X4}:{RootPort.Device:X4}\nPCI_SLOT_NAME={bridge}");
        tree.AddBytes($"{path}/config", Config(bridge, bus));
        tree.AddLink($"/sys/bus/pci/devices/{bridge}", path);
        tree.AddLink($"{driver}/{bridge}", path);
        tree.AddLink($"{path}/driver", driver);
        tree.AddLink($"{path}/subsystem", "/sys/bus/pci");
    }

    private static byte[] Config(PciAddress bridge, int bus)
    {
        ConfigSpace config = new FunctionLayout { Identity = RootPort }.ToConfigSpace();
        config.Set8(ConfigOffset.HeaderType, BridgeHeader);
        config.Set8(PrimaryBus, (byte)bridge.Rid.Bus);
        config.Set8(SecondaryBus, (byte)bus);
        config.Set8(SubordinateBus, (byte)bus);
        return config.ToArray();
    }
}
