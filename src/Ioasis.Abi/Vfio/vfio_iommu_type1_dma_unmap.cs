namespace Ioasis.Abi;

/// <summary>Flags of <see cref="vfio_iommu_type1_dma_unmap"/>. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_dma_unmap_flags : uint
{
    /// <summary>A <see cref="vfio_bitmap"/> follows the struct: fill it first.</summary>
    VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP = 1 << 0,

    /// <summary>Everything; IOVA and size are zero then.</summary>
    VFIO_DMA_UNMAP_FLAG_ALL = 1 << 1,

    /// <summary>Unmap nothing, but forget the addresses in the caller, which a map with the like flag gives anew.</summary>
    VFIO_DMA_UNMAP_FLAG_VADDR = 1 << 2,
}

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_UNMAP_DMA"/>.</summary>
/// <remarks>
/// <para>Errors: EINVAL also when the range cuts a mapping (version 2 of the IOMMU type).</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_iommu_type1_dma_unmap
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="size"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>
    /// Where the flexible array <c>data</c> begins, in bytes from the start of the struct: a <see cref="vfio_bitmap"/>, when its flag is
    /// set.
    /// </summary>
    public const int offsetof_data = 24;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: what to do, and whether to read dirty bits first.</summary>
    public vfio_dma_unmap_flags flags;

    /// <summary>In: where the range begins.</summary>
    public ulong iova;

    /// <summary>In: bytes of the range. Out: bytes that were unmapped.</summary>
    public ulong size;
}
