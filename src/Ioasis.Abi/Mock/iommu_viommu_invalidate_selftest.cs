namespace Ioasis.Abi.Mock;

/// <summary>Invalidates what a device of a vIOMMU of the mock IOMMU remembers.</summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
public struct iommu_viommu_invalidate_selftest
{
    /// <summary>In: one entry, or all.</summary>
    public iommu_test_invalidate_flags flags;

    /// <summary>In: the device's number in the vIOMMU.</summary>
    public uint vdev_id;

    /// <summary>In: the entry of its cache, 0 to 3.</summary>
    public uint cache_id;
}
