namespace Ioasis.Abi;

/// <summary>Argument of <see cref="Iommufd.IOMMU_IOAS_IOVA_RANGES"/>: reads where an address space can be mapped.</summary>
/// <remarks>
/// <para>The answer shrinks and grows as devices are attached and detached: ask again after each.</para>
/// <para>Errors: EMSGSIZE the array was too short; <see cref="num_iovas"/> and <see cref="out_iova_alignment"/> are written all the
/// same.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_iova_ranges
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_iova_alignment"/>.</summary>
    public const int MinimumSize = 32;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: the address space.</summary>
    public uint ioas_id;

    /// <summary>In: how many ranges the array can hold. Out: how many ranges there are.</summary>
    public uint num_iovas;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: address of an array of <see cref="iommu_iova_range"/>, filled as far as it reaches.</summary>
    public ulong allowed_iovas;

    /// <summary>Out: what IOVAs and lengths must be multiples of, in bytes; between 1 and the page size.</summary>
    public ulong out_iova_alignment;
}
