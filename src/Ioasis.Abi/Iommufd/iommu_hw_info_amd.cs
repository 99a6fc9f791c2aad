namespace Ioasis.Abi;

/// <summary>What an AMD IOMMU reports about itself (<see cref="iommu_hw_info_type.IOMMU_HW_INFO_TYPE_AMD"/>).</summary>
/// <remarks>
/// <para>The registers are raw; a guest may be shown GTSup, GASup, GioSup, PPRSup, EPHSup, GATS, GLX and PASmax of the first.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hw_info_amd
{
    /// <summary>Out: the extended feature register, MMIO offset 0030h.</summary>
    public ulong efr;

    /// <summary>Out: the extended feature 2 register, MMIO offset 01A0h.</summary>
    public ulong efr2;
}
