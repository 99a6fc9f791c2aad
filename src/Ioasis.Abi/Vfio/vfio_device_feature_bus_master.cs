namespace Ioasis.Abi;

/// <summary>What to do with bus mastering. The header has these as plain macros; the enum's name is ours.</summary>
public enum vfio_device_feature_bus_master_op : uint
{
    /// <summary>Switch it off: no DMA.</summary>
    VFIO_DEVICE_FEATURE_CLEAR_MASTER = 0,

    /// <summary>Switch it on.</summary>
    VFIO_DEVICE_FEATURE_SET_MASTER = 1,
}

/// <summary>
/// Bus mastering of a device that has no register for it: CDX, not PCI
/// (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_BUS_MASTER"/>).
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_feature_bus_master
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="op"/>.</summary>
    public const int MinimumSize = 4;

    /// <summary>In: on or off.</summary>
    public vfio_device_feature_bus_master_op op;
}
