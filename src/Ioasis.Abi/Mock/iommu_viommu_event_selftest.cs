namespace Ioasis.Abi.Mock;

/// <summary>An event of a vIOMMU of the mock IOMMU.</summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
public struct iommu_viommu_event_selftest
{
    /// <summary>Out: the number, in the vIOMMU, of the device that it is about.</summary>
    public uint virt_id;
}
