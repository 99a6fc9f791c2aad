namespace Ioasis.Abi;

/// <summary>
/// Starts the device's own log of the memory it writes (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_DMA_LOGGING_START"/>).
/// </summary>
/// <remarks>
/// <para>Errors: EINVAL also when the log runs already; E2BIG too many ranges.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_feature_dma_logging_control
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="ranges"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: wanted granularity in bytes. Out: the one that the device took.</summary>
    public ulong page_size;

    /// <summary>In: ranges in the array.</summary>
    public uint num_ranges;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: address of an array of <see cref="vfio_device_feature_dma_logging_range"/>.</summary>
    public ulong ranges;
}

/// <summary>A range of IOVAs to log.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_feature_dma_logging_range
{
    /// <summary>In: where it begins.</summary>
    public ulong iova;

    /// <summary>In: its length in bytes.</summary>
    public ulong length;
}

/// <summary>Reads and clears part of the log (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT"/>).</summary>
/// <remarks>
/// <para>After any error the whole log is to be taken as lost.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_feature_dma_logging_report
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="bitmap"/>.</summary>
    public const int MinimumSize = 32;

    /// <summary>In: where the range begins; what bit 0 of the bitmap stands for.</summary>
    public ulong iova;

    /// <summary>In: bytes of the range.</summary>
    public ulong length;

    /// <summary>In: bytes that one bit stands for, a power of two; need not be that of the log.</summary>
    public ulong page_size;

    /// <summary>In: address of the bitmap of 64-bit words. Bits are set for written pages and never cleared.</summary>
    public ulong bitmap;
}
