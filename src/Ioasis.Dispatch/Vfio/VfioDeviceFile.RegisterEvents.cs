using System.Numerics;
using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_device_ioeventfd_flags;

namespace Ioasis.Dispatch.Vfio;

/// <summary>VFIO_DEVICE_IOEVENTFD: an eventfd of the client's that writes a register when it is signalled.</summary>
internal sealed partial class VfioDeviceFile
{
    private Errno SetRegisterEvent(in VfioCall call, ref Reason why)
    {
        const string name = nameof(vfio_device_ioeventfd);
        Errno errno = call.Take(vfio_device_ioeventfd.MinimumSize, name, out vfio_device_ioeventfd set, ref why);
        if (errno.Failed)
            return errno;
        if ((set.flags & ~VFIO_DEVICE_IOEVENTFD_SIZE_MASK) != 0 || BitOperations.PopCount((uint)set.flags) != 1)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)set.flags, (ulong)VFIO_DEVICE_IOEVENTFD_SIZE_MASK, name: name);
        if (set.fd < -1)
            return why.Because(ReasonCode.DescriptorNegative, (ulong)-(long)set.fd, name: nameof(set.fd));

        uint region = RegionOffset.RegionOf(set.offset);
        ulong at = RegionOffset.Within(set.offset);
        int size = (int)set.flags;
        bool isRegister = region < Bar.Count && Function.Region(region) is { } info && at + (ulong)size <= info.Size;
        if (!isRegister || Function.MeetsMessageTable((int)region, at, at + (ulong)size))
            return why.Because(ReasonCode.NotARegister, set.offset, (ulong)size, name: DeviceName);

        RegisterEvents.Key what = new((int)region, at, size, set.data);
        lock (device.Gate)
        {
            if (set.fd == -1)
                return Function.RegisterEvents.Remove(what) ? Errno.Success : why.Because(ReasonCode.NoSuchRegisterEvent, set.offset, set.data);
            if (Function.RegisterEvents.Contains(what))
                return why.Because(ReasonCode.RegisterEventExists, set.offset, set.data);
            if (Function.RegisterEvents.Count == RegisterEvents.Most)
                return why.Because(ReasonCode.TooManyRegisterEvents, RegisterEvents.Most, name: DeviceName);
            errno = call.Caller.TakeEvent(set.fd, out EventLine? line, ref why);
            if (errno.Succeeded)
                Function.RegisterEvents.Add(what, line!);
            return errno;
        }
    }
}
