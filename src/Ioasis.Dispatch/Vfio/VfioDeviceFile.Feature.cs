using Ioasis.Abi;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_device_feature_flags;

namespace Ioasis.Dispatch.Vfio;

/// <summary>VFIO_DEVICE_FEATURE: clients probe for features; none exists here yet, and each says so with ENOTTY.</summary>
internal sealed partial class VfioDeviceFile
{
    private static Errno Feature(in VfioCall call, ref Reason why)
    {
        const vfio_device_feature_flags Known =
            VFIO_DEVICE_FEATURE_MASK | VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_PROBE;
        const vfio_device_feature_flags Both = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_GET;
        Errno errno = call.Take(vfio_device_feature.MinimumSize, nameof(vfio_device_feature), out vfio_device_feature feature, ref why);
        if (errno.Failed)
            return errno;
        bool bothAtOnce = (feature.flags & Both) == Both && (feature.flags & VFIO_DEVICE_FEATURE_PROBE) == 0;
        if ((feature.flags & ~Known) != 0 || bothAtOnce)
            return why.Because(ReasonCode.FeatureFlagsInvalid, (ulong)feature.flags);
        return why.Because(ReasonCode.FeatureUnknown, (ulong)(feature.flags & VFIO_DEVICE_FEATURE_MASK));
    }
}
