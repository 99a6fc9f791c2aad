namespace Ioasis.Abi;

/// <summary>State of a group. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_group_flags : uint
{
    /// <summary>No device of the group has a driver that does DMA for the kernel.</summary>
    VFIO_GROUP_FLAGS_VIABLE = 1 << 0,

    /// <summary>The group is in a container.</summary>
    VFIO_GROUP_FLAGS_CONTAINER_SET = 1 << 1,
}

/// <summary>Argument of <see cref="Vfio.VFIO_GROUP_GET_STATUS"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_group_status
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="flags"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>Out: the group's state.</summary>
    public vfio_group_flags flags;
}
