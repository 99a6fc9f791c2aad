namespace Ioasis.Abi.Mock;

/// <summary>Formats of a paging table of the mock IOMMU.</summary>
public enum mock_iommupt : uint
{
    /// <summary>Pages from 2 KiB up, and a small aperture.</summary>
    MOCK_IOMMUPT_DEFAULT = 0,

    /// <summary>Pages of 4 KiB and 1 MiB.</summary>
    MOCK_IOMMUPT_HUGE = 1,
}

/// <summary>Parameters of a HWPT of the mock IOMMU.</summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
public struct iommu_hwpt_selftest
{
    /// <summary>Bytes that must be there.</summary>
    public const int MinimumSize = 4;

    /// <summary>In: what each entry of a nested table's IOTLB holds at first.</summary>
    public uint iotlb;

    /// <summary>In: the format of a paging table.</summary>
    public mock_iommupt pagetable_type;
}
