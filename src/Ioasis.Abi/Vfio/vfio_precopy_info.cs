namespace Ioasis.Abi;

/// <summary>Flags of <see cref="vfio_precopy_info"/>. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_precopy_info_flags : uint
{
    /// <summary>The device has begun again: there is new initial data.</summary>
    VFIO_PRECOPY_INFO_REINIT = 1 << 0,
}

/// <summary>
/// Argument of <see cref="Vfio.VFIO_MIG_GET_PRECOPY_INFO"/>: estimates what the stream still holds while the device runs.
/// </summary>
/// <remarks>
/// <para>Errors: EINVAL also outside the PRE_COPY states.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_precopy_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="dirty_bytes"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>
    /// Out, once <see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2"/> was set: whether the device began again.
    /// </summary>
    public vfio_precopy_info_flags flags;

    /// <summary>Out: bytes of the first copy that are left; best to go on when it reaches zero.</summary>
    public ulong initial_bytes;

    /// <summary>Out: bytes that changed since they were read.</summary>
    public ulong dirty_bytes;
}
