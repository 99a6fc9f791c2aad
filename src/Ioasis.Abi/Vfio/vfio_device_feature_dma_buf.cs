namespace Ioasis.Abi;

/// <summary>A part of a region.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_region_dma_range
{
    /// <summary>In: where it begins, in bytes from the start of the region.</summary>
    public ulong offset;

    /// <summary>In: its length in bytes.</summary>
    public ulong length;
}

/// <summary>
/// Makes a dma-buf of parts of a region, for other devices to reach (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_DMA_BUF"/>).
/// </summary>
/// <remarks>
/// <para>Errors: ENODEV no such BAR.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_feature_dma_buf
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="nr_ranges"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>
    /// Where the flexible array <c>dma_ranges</c> begins, in bytes from the start of the struct: the <see cref="vfio_region_dma_range"/>
    /// entries.
    /// </summary>
    public const int offsetof_dma_ranges = 16;

    /// <summary>In: the region; for PCI a BAR.</summary>
    public uint region_index;

    /// <summary>In: flags of the new descriptor, as for open.</summary>
    public uint open_flags;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: how many ranges follow.</summary>
    public uint nr_ranges;
}
