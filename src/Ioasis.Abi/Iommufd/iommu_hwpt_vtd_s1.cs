namespace Ioasis.Abi;

/// <summary>Attributes of a VT-d first-stage page table. As wide as <see cref="iommu_hwpt_vtd_s1.flags"/>.</summary>
[Flags]
public enum iommu_hwpt_vtd_s1_flags : ulong
{
    /// <summary>Supervisor requests are allowed.</summary>
    IOMMU_VTD_S1_SRE = 1 << 0,

    /// <summary>The extended accessed bit is kept.</summary>
    IOMMU_VTD_S1_EAFE = 1 << 1,

    /// <summary>Supervisor writes obey write protection.</summary>
    IOMMU_VTD_S1_WPE = 1 << 2,
}

/// <summary>
/// A first-stage page table in Intel VT-d's format, managed by the user (<see cref="iommu_hwpt_data_type.IOMMU_HWPT_DATA_VTD_S1"/>).
/// </summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_hwpt_vtd_s1
{
    /// <summary>In: attributes.</summary>
    public iommu_hwpt_vtd_s1_flags flags;

    /// <summary>In: address of the top table, translated by the nesting parent.</summary>
    public ulong pgtbl_addr;

    /// <summary>In: bits of address that the table translates.</summary>
    public uint addr_width;

    /// <summary>In: zero.</summary>
    public uint __reserved;
}
