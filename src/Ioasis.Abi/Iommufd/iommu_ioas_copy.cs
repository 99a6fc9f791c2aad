namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_IOAS_COPY"/>: maps in one address space the memory that another, or the same, maps already.
/// </summary>
/// <remarks>
/// <para>Both mappings share pins and charge, so a copy costs less than a second map. The source may be part of a mapping, or span several
/// that adjoin.</para>
/// <para>Errors: those of <see cref="iommu_ioas_map"/>; ENOENT the source is not mapped throughout; EPERM a writeable copy of a source that
/// is only readable.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_copy
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="src_iova"/>.</summary>
    public const int MinimumSize = 40;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: who chooses the destination IOVA, and what DMA may do through the copy.</summary>
    public iommufd_ioas_map_flags flags;

    /// <summary>In: the address space to map in.</summary>
    public uint dst_ioas_id;

    /// <summary>In: the address space to copy from.</summary>
    public uint src_ioas_id;

    /// <summary>In: bytes to copy.</summary>
    public ulong length;

    /// <summary>In, when fixed: where to map. Out: where it was mapped.</summary>
    public ulong dst_iova;

    /// <summary>In: where the source begins.</summary>
    public ulong src_iova;
}
