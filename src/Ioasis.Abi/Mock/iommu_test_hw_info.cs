namespace Ioasis.Abi.Mock;

/// <summary>The identification registers of the mock IOMMU.</summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
public struct iommu_test_hw_info
{
    /// <summary>Out: zero.</summary>
    public uint flags;

    /// <summary>Out: a number by which the mock IOMMU is known.</summary>
    public uint test_reg;
}
