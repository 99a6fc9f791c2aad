namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hwpt_vtd_s1_invalidate"/>.</summary>
[Flags]
public enum iommu_hwpt_vtd_s1_invalidate_flags : uint
{
    /// <summary>Only the last level changed; without it, caches of upper levels go too.</summary>
    IOMMU_VTD_INV_FLAGS_LEAF = 1 << 0,
}

/// <summary>
/// An invalidation over a VT-d first-stage page table (<see cref="iommu_hwpt_invalidate_data_type.IOMMU_HWPT_INVALIDATE_DATA_VTD_S1"/>).
/// </summary>
/// <remarks>
/// <para>The device's own translations are invalidated with it when ATS is on.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hwpt_vtd_s1_invalidate
{
    /// <summary>In: first address, a multiple of 4,096.</summary>
    public ulong addr;

    /// <summary>In: pages of 4,096 bytes. <see cref="ulong.MaxValue"/> with address zero means everything.</summary>
    public ulong npages;

    /// <summary>In: whether only leaves changed.</summary>
    public iommu_hwpt_vtd_s1_invalidate_flags flags;

    /// <summary>In: zero.</summary>
    public uint __reserved;
}
