namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hw_info_vtd"/>.</summary>
[Flags]
public enum iommu_hw_info_vtd_flags : uint
{
    /// <summary>Erratum: a nesting parent must not hold mappings that are only readable.</summary>
    IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 = 1 << 0,
}

/// <summary>What an Intel VT-d unit reports about itself (<see cref="iommu_hw_info_type.IOMMU_HW_INFO_TYPE_INTEL_VTD"/>).</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_hw_info_vtd
{
    /// <summary>Out: errata.</summary>
    public iommu_hw_info_vtd_flags flags;

    /// <summary>Out: zero.</summary>
    public uint __reserved;

    /// <summary>Out: the capability register (VT-d specification, 11.4.2).</summary>
    public ulong cap_reg;

    /// <summary>Out: the extended capability register (VT-d specification, 11.4.3).</summary>
    public ulong ecap_reg;
}
