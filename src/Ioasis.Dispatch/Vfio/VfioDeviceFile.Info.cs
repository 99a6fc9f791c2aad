using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_info_flags;

namespace Ioasis.Dispatch.Vfio;

/// <summary>What the device is and has: VFIO_DEVICE_GET_INFO, GET_REGION_INFO, GET_IRQ_INFO.</summary>
internal sealed partial class VfioDeviceFile
{
    private Errno GetInfo(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_device_info.MinimumSize, nameof(vfio_device_info), out vfio_device_info info, ref why);
        if (errno.Failed)
            return errno;
        info.flags = vfio_device_flags.VFIO_DEVICE_FLAGS_PCI;
        if (Function.CanReset)
            info.flags |= vfio_device_flags.VFIO_DEVICE_FLAGS_RESET;
        info.num_regions = (uint)vfio_pci_region_index.VFIO_PCI_NUM_REGIONS;
        info.num_irqs = (uint)vfio_pci_irq_index.VFIO_PCI_NUM_IRQS;
        return call.Give(in info, (int)Math.Min(info.argsz, (uint)Unsafe.SizeOf<vfio_device_info>()), ref why);
    }

    private Errno GetRegionInfo(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_region_info.MinimumSize, nameof(vfio_region_info), out vfio_region_info info, ref why);
        if (errno.Failed)
            return errno;
        if (Function.Region(info.index) is not { } region)
            return why.Because(ReasonCode.NoSuchRegion, info.index, (ulong)vfio_pci_region_index.VFIO_PCI_NUM_REGIONS);
        info.flags = region.Flags | (IsMappable(info.index) ? vfio_region_info_flags.VFIO_REGION_INFO_FLAG_MMAP : 0);
        info.size = region.Size;
        // A BAR of memory needs no second place: its bytes are the file's own pages.
        info.offset = RegionOffset.Of(info.index, call.Caller.SeesLowOffsets || Function.IsMemory(info.index));
        return call.Give(in info, vfio_region_info.MinimumSize, ref why);
    }

    private Errno GetIrqInfo(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_irq_info.MinimumSize, nameof(vfio_irq_info), out vfio_irq_info info, ref why);
        if (errno.Failed)
            return errno;
        if (info.index >= (uint)vfio_pci_irq_index.VFIO_PCI_NUM_IRQS)
            return why.Because(ReasonCode.NoSuchInterrupt, info.index);
        var index = (vfio_pci_irq_index)info.index;
        info.count = Function.Interrupts.Count(index);
        info.flags = VFIO_IRQ_INFO_EVENTFD | index switch
        {
            vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX => VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED,
            vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX when info.count != 0 => 0,
            _ => VFIO_IRQ_INFO_NORESIZE,
        };
        return call.Give(in info, vfio_irq_info.MinimumSize, ref why);
    }
}
