namespace Ioasis.Abi;

/// <summary>
/// An invalidation command of Arm SMMUv3 (<see cref="iommu_hwpt_invalidate_data_type.IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3"/>).
/// </summary>
/// <remarks>
/// <para>Commands taken: TLBI_NSNH_ALL, TLBI_NH_VA, TLBI_NH_VAA, TLBI_NH_ALL, TLBI_NH_ASID, ATC_INV, CFGI_CD, CFGI_CD_ALL. Stream IDs in
/// them are the virtual ones of vDEVICEs.</para>
/// <para>Errors: EIO for any other command, or a field that the hardware does not have.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_viommu_arm_smmuv3_invalidate
{
    /// <summary>In: the command as in the SMMU's command queue, little-endian.</summary>
    public u64x2 cmd;
}
