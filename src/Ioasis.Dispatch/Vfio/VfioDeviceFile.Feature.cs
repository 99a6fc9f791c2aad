using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_device_feature_flags;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// VFIO_DEVICE_FEATURE. What any vfio-pci device has: low power, by which a client says that the device may sleep, and dma-bufs of
/// its memory. What a device lacks (migration, DMA logging, tokens) says so with ENOTTY.
/// </summary>
internal sealed partial class VfioDeviceFile
{
    private const vfio_device_feature_flags Operations = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_GET;

    private Errno Feature(in VfioCall call, out long result, ref Reason why)
    {
        result = 0;
        const vfio_device_feature_flags Known = VFIO_DEVICE_FEATURE_MASK | Operations | VFIO_DEVICE_FEATURE_PROBE;
        Errno errno = call.Take(vfio_device_feature.MinimumSize, nameof(vfio_device_feature), out vfio_device_feature feature, ref why);
        if (errno.Failed)
            return errno;
        bool bothAtOnce = (feature.flags & Operations) == Operations && (feature.flags & VFIO_DEVICE_FEATURE_PROBE) == 0;
        if ((feature.flags & ~Known) != 0 || bothAtOnce)
            return why.Because(ReasonCode.FeatureFlagsInvalid, (ulong)feature.flags);

        switch (feature.flags & VFIO_DEVICE_FEATURE_MASK)
        {
            case VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY:
                errno = Check(in feature, VFIO_DEVICE_FEATURE_SET, 0, out bool carryOut, ref why);
                return carryOut ? EnterLowPower(ref why) : errno;
            case VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP:
                errno = Check(in feature, VFIO_DEVICE_FEATURE_SET, vfio_device_low_power_entry_with_wakeup.MinimumSize, out carryOut, ref why);
                return carryOut ? EnterLowPowerWithWakeup(in call, ref why) : errno;
            case VFIO_DEVICE_FEATURE_LOW_POWER_EXIT:
                errno = Check(in feature, VFIO_DEVICE_FEATURE_SET, 0, out carryOut, ref why);
                if (carryOut)
                    LeaveLowPower();
                return errno;
            case VFIO_DEVICE_FEATURE_DMA_BUF:
                errno = Check(in feature, VFIO_DEVICE_FEATURE_GET, vfio_device_feature_dma_buf.MinimumSize, out carryOut, ref why);
                return carryOut ? ExportMemory(in call, out result, ref why) : errno;
            case VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2:
                return why.Because(ReasonCode.FeatureNeedsMigration, (ulong)VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2);
            default:
                return why.Because(ReasonCode.FeatureUnknown, (ulong)(feature.flags & VFIO_DEVICE_FEATURE_MASK));
        }
    }

    /// <summary>The checks of a feature that exists.</summary>
    /// <param name="feature">The request.</param>
    /// <param name="can">What can be done with the feature.</param>
    /// <param name="size">Bytes of its data.</param>
    /// <param name="carryOut">False for a probe, and for a mistake.</param>
    /// <param name="why">EINVAL: it cannot be got or set, neither is asked for, or the data are too short.</param>
    private static Errno Check(in vfio_device_feature feature, vfio_device_feature_flags can, int size, out bool carryOut, ref Reason why)
    {
        carryOut = false;
        vfio_device_feature_flags asked = feature.flags & Operations;
        if ((asked & ~can) != 0)
            return why.Because(ReasonCode.FeatureFlagsInvalid, (ulong)feature.flags);
        if ((feature.flags & VFIO_DEVICE_FEATURE_PROBE) != 0)
            return Errno.Success;
        if (asked == 0)
            return why.Because(ReasonCode.FeatureFlagsInvalid, (ulong)feature.flags);
        if (feature.argsz - vfio_device_feature.MinimumSize < size)
            return why.Because(ReasonCode.ArgszTooShort, feature.argsz, (ulong)(vfio_device_feature.MinimumSize + size), name: nameof(vfio_device_feature));
        carryOut = true;
        return Errno.Success;
    }

    private Errno EnterLowPower(ref Reason why)
    {
        lock (device.Gate)
        {
            if (device.MaySleep)
                return why.Because(ReasonCode.LowPowerAlready, name: DeviceName);
            device.MaySleep = true;
            Function.HoldBuffersBack(true);
            return Errno.Success;
        }
    }

    /// <summary>Nothing wakes a device of ours by itself, so the eventfd is looked at and not kept.</summary>
    private Errno EnterLowPowerWithWakeup(in VfioCall call, ref Reason why)
    {
        vfio_device_low_power_entry_with_wakeup entry = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<vfio_device_low_power_entry_with_wakeup>(ref entry));
        Errno errno = call.Read(vfio_device_feature.MinimumSize, bytes, ref why);
        if (errno.Failed)
            return errno;
        if (entry.wakeup_eventfd < 0)
            return why.Because(ReasonCode.DescriptorNegative, (ulong)-(long)entry.wakeup_eventfd, name: nameof(entry.wakeup_eventfd));
        errno = call.Caller.TakeEvent(entry.wakeup_eventfd, out EventLine? line, ref why);
        if (errno.Failed)
            return errno;
        line!.Dispose();
        return EnterLowPower(ref why);
    }

    private void LeaveLowPower()
    {
        lock (device.Gate)
        {
            device.MaySleep = false;
            Function.HoldBuffersBack(false);
        }
    }
}
