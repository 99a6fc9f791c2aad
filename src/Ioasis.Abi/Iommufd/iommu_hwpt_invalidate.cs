namespace Ioasis.Abi;

/// <summary>What the entries of <see cref="iommu_hwpt_invalidate"/> are.</summary>
public enum iommu_hwpt_invalidate_data_type : uint
{
    /// <summary><see cref="iommu_hwpt_vtd_s1_invalidate"/>, for a nested page table.</summary>
    IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 = 0,

    /// <summary><see cref="iommu_viommu_arm_smmuv3_invalidate"/>, for a virtual IOMMU.</summary>
    IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 = 1,
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_HWPT_INVALIDATE"/>: tells the IOMMU that the user changed tables which it may have cached.
/// </summary>
/// <remarks>
/// <para>Errors: EINVAL the object is of another kind or the type does not suit it, <see cref="data_uptr"/> or <see cref="entry_len"/> is
/// zero while there are requests, a request is longer than a page, or there are more than 524,288; EIO the hardware does not take a
/// command.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hwpt_invalidate
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="__reserved"/>.</summary>
    public const int MinimumSize = 32;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: a nested page table, or a virtual IOMMU.</summary>
    public uint hwpt_id;

    /// <summary>In: address of the array of requests.</summary>
    public ulong data_uptr;

    /// <summary>In: what the requests are.</summary>
    public iommu_hwpt_invalidate_data_type data_type;

    /// <summary>In: bytes of one request.</summary>
    public uint entry_len;

    /// <summary>
    /// In: requests in the array; zero asks whether the type is supported. Out, on failure too: requests that were carried out.
    /// </summary>
    public uint entry_num;

    /// <summary>In: zero.</summary>
    public uint __reserved;
}
