namespace Ioasis.Abi.Mock;

/// <summary>Flags of the mock IOMMU's invalidations.</summary>
[Flags]
public enum iommu_test_invalidate_flags : uint
{
    /// <summary>All entries; the number is only checked.</summary>
    IOMMU_TEST_INVALIDATE_FLAG_ALL = 1 << 0,
}

/// <summary>Invalidates what a nested table of the mock IOMMU remembers.</summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
public struct iommu_hwpt_invalidate_selftest
{
    /// <summary>Bytes that must be there.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: one entry, or all.</summary>
    public iommu_test_invalidate_flags flags;

    /// <summary>In: the entry, 0 to 3.</summary>
    public uint iotlb_id;
}
