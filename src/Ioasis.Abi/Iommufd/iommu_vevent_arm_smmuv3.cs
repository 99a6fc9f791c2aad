namespace Ioasis.Abi;

/// <summary>An event of an Arm SMMUv3 (<see cref="iommu_veventq_type.IOMMU_VEVENTQ_TYPE_ARM_SMMUV3"/>).</summary>
/// <remarks>
/// <para>Events reported: C_BAD_STE (04h), F_STREAM_DISABLED (06h), C_BAD_SUBSTREAMID (08h), C_BAD_CD (0Ah), F_TRANSLATION (10h),
/// F_ADDR_SIZE (11h), F_ACCESS (12h), F_PERMISSION (13h).</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_vevent_arm_smmuv3
{
    /// <summary>Out: the event record (SMMUv3 specification, 7.3), little-endian. Its StreamID is the vDEVICE's virtual ID.</summary>
    public u64x4 evt;
}
