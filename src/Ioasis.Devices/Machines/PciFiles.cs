using System.Globalization;
using System.Text;
using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Machines;

/// <summary>The attributes of a PCI function in sysfs. They agree with its configuration space: both come from one layout.</summary>
internal static class PciFiles
{
    /// <summary>Lines of <c>resource</c>: six BARs and the ROM.</summary>
    private const uint Resources = 7;

    /// <summary>Bits of Linux's resource flags: memory, prefetchable, aligned to its size, 64 bits.</summary>
    private const ulong Memory = 0x200, Prefetch = 0x2000, SizeAligned = 0x40000, Is64Bit = 0x100000;

    public static void Add(FileTree tree, string path, PciFunction function)
    {
        PciIdentity id = function.Identity;
        string modalias = $"pci:v{id.Vendor:X8}d{id.Device:X8}sv{id.SubsystemVendor:X8}sd{id.SubsystemDevice:X8}"
            + $"bc{id.Class >> 16:X2}sc{id.Class >> 8 & 0xff:X2}i{id.Class & 0xff:X2}";

        void File(string name, string text) => tree.AddText($"{path}/{name}", text + "\n");

        File("vendor", $"0x{id.Vendor:x4}");
        File("device", $"0x{id.Device:x4}");
        File("subsystem_vendor", $"0x{id.SubsystemVendor:x4}");
        File("subsystem_device", $"0x{id.SubsystemDevice:x4}");
        File("class", $"0x{id.Class:x6}");
        File("revision", $"0x{id.Revision:x2}");
        File("irq", function.Interrupts.Count(Abi.vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX) != 0 ? "11" : "0");
        File("numa_node", "-1");
        File("enable", "0");
        File("power_state", "D0");
        File("reset_method", function.CanReset ? "flr" : "");
        File("driver_override", "vfio-pci");
        File("modalias", modalias);
        File("uevent", $"DRIVER=vfio-pci\nPCI_CLASS={id.Class:X}\nPCI_ID={id.Vendor:X4}:{id.Device:X4}\n"
            + $"PCI_SUBSYS_ID={id.SubsystemVendor:X4}:{id.SubsystemDevice:X4}\nPCI_SLOT_NAME={function.Address}\nMODALIAS={modalias}");
        tree.AddText($"{path}/resource", ResourceLines(function));
        tree.AddBytes($"{path}/config", function.ConfigAtRest());
    }

    private static string ResourceLines(PciFunction function)
    {
        var text = new StringBuilder();
        for (uint index = 0; index < Resources; index++)
        {
            Bar? bar = function.Bars.FirstOrDefault(one => one.Index == index);
            (ulong first, ulong last, ulong flags) = bar is null ? default : (bar.Address, bar.Address + bar.Size - 1, Flags(bar));
            text.Append(CultureInfo.InvariantCulture, $"0x{first:x16} 0x{last:x16} 0x{flags:x16}\n");
        }
        return text.ToString();
    }

    private static ulong Flags(Bar bar) =>
        Memory | SizeAligned | bar.TypeBits | (bar.IsPrefetchable ? Prefetch : 0) | (bar.Is64Bit ? Is64Bit : 0);
}
