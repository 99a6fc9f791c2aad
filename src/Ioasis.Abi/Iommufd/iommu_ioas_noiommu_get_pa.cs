namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_IOAS_NOIOMMU_GET_PA"/>: reads the physical address behind an IOVA, for devices that no IOMMU
/// protects.
/// </summary>
/// <remarks>
/// <para>Errors: EPERM without CAP_SYS_RAWIO; EOPNOTSUPP the mapping is not one of a device without IOMMU; ENOTTY where the kernel was
/// built without support for such devices.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_noiommu_get_pa
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_phys"/>.</summary>
    public const int MinimumSize = 40;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: the address space.</summary>
    public uint ioas_id;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: where to begin; must be mapped.</summary>
    public ulong iova;

    /// <summary>In: bytes to look at, not zero. Out: how many of them are contiguous in physical memory.</summary>
    public ulong length;

    /// <summary>Out: physical address of the first byte.</summary>
    public ulong out_phys;
}
