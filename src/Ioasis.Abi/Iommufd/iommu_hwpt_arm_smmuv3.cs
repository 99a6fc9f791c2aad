namespace Ioasis.Abi;

/// <summary>
/// The stream table entry of a nested translation behind an Arm SMMUv3 (<see cref="iommu_hwpt_data_type.IOMMU_HWPT_DATA_ARM_SMMUV3"/>).
/// </summary>
/// <remarks>
/// <para>The entry chooses translation (its context descriptors are in memory that the parent translates), bypass or abort. A device that
/// is to translate needs a vDEVICE before it is attached.</para>
/// <para>Errors: EIO the entry is not legal, or has other fields set.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hwpt_arm_smmuv3
{
    /// <summary>
    /// In: the entry's first two 64-bit words, little-endian: V, Cfg, S1Fmt, S1ContextPtr, S1CDMax; EATS, S1DSS, S1CIR, S1COR, S1CSH,
    /// S1STALLD.
    /// </summary>
    public u64x2 ste;
}
