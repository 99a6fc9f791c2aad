using Ioasis.Abi;
using Ioasis.Abi.Mock;

namespace Ioasis.Engine.Mock;

/// <summary>
/// Numbers of the mock IOMMU: types of its structures, and what its parts are like. As Linux's own test driver has them, so
/// that programs made for it work.
/// </summary>
/// <remarks>Source: drivers/iommu/iommufd/iommufd_test.h of Linux 7.3.</remarks>
public static class MockFormat
{
    /// <summary>First and last address that a table of the default format translates.</summary>
    public const ulong ApertureFirst = 1ul << 24, ApertureLast = (1ul << 31) - 1;

    /// <summary>Last address of the format with huge pages: what tables of three levels reach.</summary>
    public const ulong HugeApertureLast = (1ul << 38) - 1;

    /// <summary>The smallest page, in bytes: half of a system page, which no real IOMMU has.</summary>
    public const ulong PageSize = 2048;

    /// <summary>The larger page, in bytes.</summary>
    public const ulong HugePageSize = 512 * PageSize;

    /// <summary>Bits that PASIDs may have.</summary>
    public const int PasidBits = 20;

    /// <summary>A PASID of which every second attachment fails, so that failures of hardware can be tested.</summary>
    public const uint FailingPasid = 1024;

    /// <summary>Entries of the IOTLB of a nested HWPT, and of the cache of a device.</summary>
    public const int IotlbEntries = 4, CacheEntries = 4;

    /// <summary>What a device's cache entries hold at first.</summary>
    public const uint CacheDefault = 0xbaddad;

    public const iommu_hw_info_type InfoType = (iommu_hw_info_type)0xfeedbeef;

    public const uint InfoRegister = 0xdeadbeef;

    /// <summary>The type of <see cref="iommu_hwpt_selftest"/>, paging and nested.</summary>
    public const uint TableData = 0xdead;

    /// <summary>The type of vIOMMUs, of <see cref="iommu_viommu_selftest"/>, and of hardware queues.</summary>
    public const uint VirtualType = 0xdeadbeef, HardwareQueueType = 0xdeadbeef;

    /// <summary>The type of event queues, of <see cref="iommu_viommu_event_selftest"/>.</summary>
    public const uint EventType = 0xbeefbeef;

    /// <summary>Hardware queues that a vIOMMU has.</summary>
    public const int HardwareQueues = 2;

    /// <summary>The type of <see cref="iommu_hwpt_invalidate_selftest"/>, and of <see cref="iommu_viommu_invalidate_selftest"/>.</summary>
    public const uint InvalidationData = 0xdeadbeef;
}
