namespace Ioasis.Abi;

/// <summary>The guest's device table entry behind an AMD IOMMU (<see cref="iommu_hwpt_data_type.IOMMU_HWPT_DATA_AMD_GUEST"/>).</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_hwpt_amd_guest
{
    /// <summary>In: the entry, 256 bits.</summary>
    public u64x4 dte;
}
