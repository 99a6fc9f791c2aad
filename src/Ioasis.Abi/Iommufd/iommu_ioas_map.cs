namespace Ioasis.Abi;

/// <summary>Flags of map and copy. At least one of readable and writeable is required.</summary>
[Flags]
public enum iommufd_ioas_map_flags : uint
{
    /// <summary>Use the IOVA that the caller gives; without it one is chosen.</summary>
    IOMMU_IOAS_MAP_FIXED_IOVA = 1 << 0,

    /// <summary>DMA may write.</summary>
    IOMMU_IOAS_MAP_WRITEABLE = 1 << 1,

    /// <summary>DMA may read.</summary>
    IOMMU_IOAS_MAP_READABLE = 1 << 2,
}

/// <summary>Argument of <see cref="Iommufd.IOMMU_IOAS_MAP"/>: maps memory of the calling process into an address space.</summary>
/// <remarks>
/// <para>Errors: EINVAL neither readable nor writeable, bad alignment, or outside the usable ranges; EEXIST part of the range is mapped
/// already; ENOSPC no free range is long enough; EOVERFLOW a range ends beyond 64 bits; EFAULT the memory cannot be pinned (only where
/// something is attached, otherwise the attach reports it); ENOMEM also when RLIMIT_MEMLOCK does not allow the pins.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_map
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="iova"/>.</summary>
    public const int MinimumSize = 40;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: who chooses the IOVA, and what DMA may do.</summary>
    public iommufd_ioas_map_flags flags;

    /// <summary>In: the address space.</summary>
    public uint ioas_id;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: address of the memory in the caller.</summary>
    public ulong user_va;

    /// <summary>In: bytes to map.</summary>
    public ulong length;

    /// <summary>In, when fixed: where to map. Out: where it was mapped.</summary>
    public ulong iova;
}
