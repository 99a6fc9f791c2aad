using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Legacy;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// One open of <c>/dev/vfio/devices/vfioN</c>, or what a group returned for a device (linux/vfio.h). The former does nothing until
/// it is bound to an iommufd. Split by verb: Bind, Attach, Info, Interrupts, Reset, Feature, DmaBuf, RegisterEvents, Regions, Memory. Errnos and the order of
/// checks are Linux 7.3's.
/// </summary>
/// <remarks><see cref="VfioDevice.Gate"/> guards <see cref="_granted"/>'s change; it is set once, and reading it needs no lock.</remarks>
internal sealed partial class VfioDeviceFile(VfioDevice device, string path, bool throughGroup) : DeviceFile
{
    /// <summary>What Linux calls a device's file that came from a group.</summary>
    public const string GroupPath = "anon_inode:[vfio-device]";

    private volatile bool _granted;

    public override string Path => path;

    private PciFunction Function => device.Function;

    private string DeviceName => device.Function.Physical.Name;

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        VfioCall call = new(caller, argument);
        if (command == VFIO_DEVICE_BIND_IOMMUFD)
            return Bind(in call, ref why);
        if (!_granted)
            return why.Because(ReasonCode.DeviceNotBound, command, name: DeviceName);
        return command switch
        {
            VFIO_DEVICE_ATTACH_IOMMUFD_PT when !throughGroup => Attach(in call, ref why),
            VFIO_DEVICE_DETACH_IOMMUFD_PT when !throughGroup => Detach(in call, ref why),
            VFIO_DEVICE_GET_INFO => GetInfo(in call, ref why),
            VFIO_DEVICE_GET_REGION_INFO => GetRegionInfo(in call, ref why),
            VFIO_DEVICE_GET_IRQ_INFO => GetIrqInfo(in call, ref why),
            VFIO_DEVICE_SET_IRQS => SetIrqs(in call, ref why),
            VFIO_DEVICE_RESET => Reset(ref why),
            VFIO_DEVICE_GET_PCI_HOT_RESET_INFO => GetHotResetInfo(in call, ref why),
            VFIO_DEVICE_PCI_HOT_RESET => HotReset(in call, ref why),
            VFIO_DEVICE_FEATURE => Feature(in call, out result, ref why),
            VFIO_DEVICE_IOEVENTFD => SetRegisterEvent(in call, ref why),
            _ => why.Because(ReasonCode.UnknownIoctl, command, name: path),
        };
    }

    /// <summary>Makes a file from a group usable, before any client has it.</summary>
    /// <returns>As <see cref="VfioGroup.OpenDevice"/>.</returns>
    public Errno OpenThroughGroup(ref Reason why)
    {
        Errno errno = device.TryHold(ref why);
        if (errno.Failed)
            return errno;
        errno = device.Group.OpenDevice(device, ref why);
        if (errno.Failed)
            device.LetGo();
        if (errno.Succeeded)
            ShareMemory();
        _granted = errno.Succeeded;
        return errno;
    }

    /// <summary>Its group may be opened next, what it was bound or attached to may be destroyed, and what is reset with it be reset.</summary>
    public override ReleaseScope Scope => new(device.Group.Path, device.Bound?.Context ?? device.Group.Holder, device.Set);

    public override void Release()
    {
        if (throughGroup && _granted)
            device.Group.CloseDevice(device);
        else if (!throughGroup)
            Unbind();
        if (_granted)
            UnshareMemory();
        if (_granted || !throughGroup)
            device.LetGo();
    }
}
