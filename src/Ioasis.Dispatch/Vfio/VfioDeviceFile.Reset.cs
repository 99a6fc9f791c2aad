using Ioasis.Abi;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// VFIO_DEVICE_RESET, and the reset of a whole slot or bus, which functions on a root bus cannot have: there is no bridge
/// above them that could do it. All our functions sit there.
/// </summary>
internal sealed partial class VfioDeviceFile
{
    private Errno Reset(ref Reason why)
    {
        if (!Function.CanReset)
            return why.Because(ReasonCode.DeviceNotResettable, name: DeviceName);
        Function.Reset();
        return Errno.Success;
    }

    private Errno GetHotResetInfo(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(
            vfio_pci_hot_reset_info.MinimumSize, nameof(vfio_pci_hot_reset_info), out vfio_pci_hot_reset_info _, ref why);
        return errno.Failed ? errno : why.Because(ReasonCode.NoBusReset, name: DeviceName);
    }

    private Errno HotReset(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_pci_hot_reset.MinimumSize, nameof(vfio_pci_hot_reset), out vfio_pci_hot_reset reset, ref why);
        if (errno.Failed)
            return errno;
        if (reset.flags != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, reset.flags, name: nameof(vfio_pci_hot_reset));
        if (reset.count != 0)
            return why.Because(ReasonCode.HotResetByGroups, reset.count);
        return why.Because(ReasonCode.NoBusReset, name: DeviceName);
    }
}
