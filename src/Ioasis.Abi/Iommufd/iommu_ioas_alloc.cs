namespace Ioasis.Abi;

/// <summary>Argument of <see cref="Iommufd.IOMMU_IOAS_ALLOC"/>: allocates an empty I/O address space (IOAS).</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_ioas_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_ioas_id"/>.</summary>
    public const int MinimumSize = 12;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>Out: ID of the new address space.</summary>
    public uint out_ioas_id;
}
