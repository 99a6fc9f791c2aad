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
        void File(string name, string text) => tree.AddText($"{path}/{name}", text + "\n");

        File("vendor", $"0x{id.Vendor:x4}");
        File("device", $"0x{id.Device:x4}");
        File("subsystem_vendor", $"0x{id.SubsystemVendor:x4}");
        File("subsystem_device", $"0x{id.SubsystemDevice:x4}");
        File("class", $"0x{id.Class:x6}");
        File("revision", $"0x{id.Revision:x2}");
        File("irq", function.Interrupts.Count(Abi.vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX) != 0 ? "11" : "0");
        File("power_state", "D0");
        File("modalias", ModuleAlias(id));
        // What every PCI device is taken to reach until a driver says more.
        File("dma_mask_bits", "32");
        File("consistent_dma_mask_bits", "32");
        File("ari_enabled", "0");
        (string list, string mask) = Processors(Environment.ProcessorCount);
        File("local_cpulist", list);
        File("local_cpus", mask);
        if (function.IsExpress)
        {
            // Integrated in the root complex: it has no link, and Linux says so in these words.
            File("current_link_speed", "Unknown");
            File("current_link_width", "0");
            File("max_link_speed", "Unknown");
            File("max_link_width", "255");
        }

        tree.AddText($"{path}/resource", ResourceLines(function));
        tree.AddBytes($"{path}/config", function.ConfigAtRest());
    }

    /// <summary>The lines of uevent that do not change.</summary>
    public static string EventLines(PciFunction function)
    {
        PciIdentity id = function.Identity;
        return $"PCI_CLASS={id.Class:X}\nPCI_ID={id.Vendor:X4}:{id.Device:X4}\nPCI_SUBSYS_ID={id.SubsystemVendor:X4}:{id.SubsystemDevice:X4}\n"
            + $"PCI_SLOT_NAME={function.Address}\nMODALIAS={ModuleAlias(id)}\n";
    }

    private static string ModuleAlias(PciIdentity id) =>
        $"pci:v{id.Vendor:X8}d{id.Device:X8}sv{id.SubsystemVendor:X8}sd{id.SubsystemDevice:X8}"
        + $"bc{id.Class >> 16:X2}sc{id.Class >> 8 & 0xff:X2}i{id.Class & 0xff:X2}";

    /// <summary>All processors, as a list and as a mask of words of 32 bits: the device is near to each.</summary>
    private static (string List, string Mask) Processors(int count)
    {
        var words = new List<string>();
        for (int left = count; left > 0; left -= 32)
            words.Insert(0, left >= 32 ? "ffffffff" : $"{(1u << left) - 1:x}");
        return (count == 1 ? "0" : $"0-{count - 1}", string.Join(',', words.Select((word, index) => index == 0 ? word : word.PadLeft(8, '0'))));
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
