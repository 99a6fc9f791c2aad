namespace Ioasis.Abi;

/// <summary>Width of the write. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_device_ioeventfd_flags : uint
{
    /// <summary>One byte.</summary>
    VFIO_DEVICE_IOEVENTFD_8 = 1 << 0,

    /// <summary>Two bytes.</summary>
    VFIO_DEVICE_IOEVENTFD_16 = 1 << 1,

    /// <summary>Four bytes.</summary>
    VFIO_DEVICE_IOEVENTFD_32 = 1 << 2,

    /// <summary>Eight bytes.</summary>
    VFIO_DEVICE_IOEVENTFD_64 = 1 << 3,

    /// <summary>All of them; exactly one is to be set.</summary>
    VFIO_DEVICE_IOEVENTFD_SIZE_MASK = 0xF,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_IOEVENTFD"/>: each signal of an eventfd writes a value to the device.</summary>
/// <remarks>
/// <para>Errors: EEXIST the same write has an eventfd already; ENODEV undoing what is not there; ENOSPC the device has 1,000 of
/// them.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_ioeventfd
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="fd"/>.</summary>
    public const int MinimumSize = 28;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: width of the write.</summary>
    public vfio_device_ioeventfd_flags flags;

    /// <summary>In: where to write, in bytes of the device's descriptor; for PCI in a BAR, outside the MSI-X table.</summary>
    public ulong offset;

    /// <summary>In: what to write.</summary>
    public ulong data;

    /// <summary>In: the eventfd, or -1 to undo it.</summary>
    public int fd;

    /// <summary>In: zero.</summary>
    public uint reserved;
}
