namespace Ioasis.Abi;

/// <summary>
/// States that a device can migrate through. As wide as <see cref="vfio_device_feature_migration.flags"/>. The header has these as plain
/// macros; the enum's name is ours.
/// </summary>
[Flags]
public enum vfio_migration_flags : ulong
{
    /// <summary>STOP, STOP_COPY and RESUMING; always there.</summary>
    VFIO_MIGRATION_STOP_COPY = 1 << 0,

    /// <summary>RUNNING_P2P.</summary>
    VFIO_MIGRATION_P2P = 1 << 1,

    /// <summary>PRE_COPY; with P2P, PRE_COPY_P2P too.</summary>
    VFIO_MIGRATION_PRE_COPY = 1 << 2,
}

/// <summary>What migration the device supports (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_MIGRATION"/>).</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_feature_migration
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="flags"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>Out: the states.</summary>
    public vfio_migration_flags flags;
}
