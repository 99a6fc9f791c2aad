namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_IOAS_ALLOW_IOVAS"/>: replaces the list of ranges that must stay usable, whatever is attached later.
/// </summary>
/// <remarks>
/// <para>While the list is not empty, automatically chosen IOVAs come from it, and a device that would reserve part of it cannot be
/// attached. Fixed mappings elsewhere are still possible.</para>
/// <para>Errors: EINVAL two ranges overlap, or one has its <c>start</c> at or after its <c>last</c>; EADDRINUSE part of a range is reserved
/// already.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_allow_iovas
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="allowed_iovas"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: the address space.</summary>
    public uint ioas_id;

    /// <summary>In: how many ranges the array holds; zero lifts the restriction.</summary>
    public uint num_iovas;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: address of an array of <see cref="iommu_iova_range"/>.</summary>
    public ulong allowed_iovas;
}
