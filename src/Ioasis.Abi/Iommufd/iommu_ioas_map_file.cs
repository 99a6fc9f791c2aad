namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_IOAS_MAP_FILE"/>: maps part of a memfd, or of a dma-buf that is supported, into an address space.
/// </summary>
/// <remarks>
/// <para>Errors: those of <see cref="iommu_ioas_map"/>; EBADF no such descriptor; EINVAL also for a length of zero, a file that is neither
/// memfd nor a supported dma-buf, or (where something is attached) a range that reaches past the end of the file.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_map_file
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="iova"/>.</summary>
    public const int MinimumSize = 40;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: who chooses the IOVA, and what DMA may do.</summary>
    public iommufd_ioas_map_flags flags;

    /// <summary>In: the address space.</summary>
    public uint ioas_id;

    /// <summary>In: descriptor of the file; it may be closed afterwards.</summary>
    public int fd;

    /// <summary>In: where in the file to begin, in bytes.</summary>
    public ulong start;

    /// <summary>In: bytes to map.</summary>
    public ulong length;

    /// <summary>In, when fixed: where to map. Out: where it was mapped.</summary>
    public ulong iova;
}
