namespace Ioasis.Abi;

/// <summary>
/// Flags of <see cref="vfio_iommu_type1_dma_map"/>. At least one is required. The header has these as plain macros; the enum's name is
/// ours.
/// </summary>
[Flags]
public enum vfio_dma_map_flags : uint
{
    /// <summary>The device may read.</summary>
    VFIO_DMA_MAP_FLAG_READ = 1 << 0,

    /// <summary>The device may write.</summary>
    VFIO_DMA_MAP_FLAG_WRITE = 1 << 1,

    /// <summary>Map nothing, but give an existing mapping its new address; no other flag then.</summary>
    VFIO_DMA_MAP_FLAG_VADDR = 1 << 2,
}

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_MAP_DMA"/>.</summary>
/// <remarks>
/// <para>Errors: EEXIST part of the range is mapped already; EINVAL also for bad alignment; ENOSPC no more mappings are allowed; ENOMEM
/// also when RLIMIT_MEMLOCK does not allow the pins.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_iommu_type1_dma_map
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="size"/>.</summary>
    public const int MinimumSize = 32;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: what the device may do.</summary>
    public vfio_dma_map_flags flags;

    /// <summary>In: address of the memory in the caller.</summary>
    public ulong vaddr;

    /// <summary>In: where to map.</summary>
    public ulong iova;

    /// <summary>In: bytes to map.</summary>
    public ulong size;
}
