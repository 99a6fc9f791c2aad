namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hw_info_arm_smmuv3"/>.</summary>
[Flags]
public enum iommu_hw_info_arm_smmuv3_flags : uint
{
    /// <summary>Erratum: invalidations of TLB and configuration must be issued twice, each with its sync.</summary>
    IOMMU_HW_INFO_ARM_SMMUV3_ERRATA_REPEAT_TLBI_CFGI = 1 << 0,
}

/// <summary>What an Arm SMMUv3 reports about itself (<see cref="iommu_hw_info_type.IOMMU_HW_INFO_TYPE_ARM_SMMUV3"/>).</summary>
/// <remarks>
/// <para>The registers are raw. Only these fields may be relied on: IDR0 ST_LEVEL, TERM_MODEL, STALL_MODEL, TTENDIAN, CD2L, ASID16, TTF;
/// IDR1 SIDSIZE, SSIDSIZE; IDR3 BBML, RIL; IDR5 VAX, GRAN64K, GRAN16K, GRAN4K, DS.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hw_info_arm_smmuv3
{
    /// <summary>Out: errata.</summary>
    public iommu_hw_info_arm_smmuv3_flags flags;

    /// <summary>Out: zero.</summary>
    public uint __reserved;

    /// <summary>Out: the identification registers SMMU_IDR0 to SMMU_IDR5 (SMMUv3 specification, 6.3.1 and on).</summary>
    public u32x6 idr;

    /// <summary>Out: SMMU_IIDR, who made it.</summary>
    public uint iidr;

    /// <summary>Out: SMMU_AIDR, version of the architecture.</summary>
    public uint aidr;
}
