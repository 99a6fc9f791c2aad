namespace Ioasis.Abi.Mock;

/// <summary>What IOMMU_TEST_CMD does.</summary>
public enum iommu_test_op : uint
{
    /// <summary>Reserves IOVAs of an IOAS.</summary>
    IOMMU_TEST_OP_ADD_RESERVED = 1,

    /// <summary>Makes a mock device, and attaches it.</summary>
    IOMMU_TEST_OP_MOCK_DOMAIN,

    /// <summary>Whether a HWPT leads to the pages that the caller names.</summary>
    IOMMU_TEST_OP_MD_CHECK_MAP,

    /// <summary>How often pages of the caller are pinned.</summary>
    IOMMU_TEST_OP_MD_CHECK_REFS,

    /// <summary>Makes an access, as a driver in the kernel would, with a descriptor.</summary>
    IOMMU_TEST_OP_CREATE_ACCESS,

    /// <summary>Unpins what an access has pinned.</summary>
    IOMMU_TEST_OP_DESTROY_ACCESS_PAGES,

    /// <summary>Pins pages through an access.</summary>
    IOMMU_TEST_OP_ACCESS_PAGES,

    /// <summary>Reads or writes through an access.</summary>
    IOMMU_TEST_OP_ACCESS_RW,

    /// <summary>Linux's size of an internal buffer.</summary>
    IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT,

    /// <summary>Attaches a mock device elsewhere.</summary>
    IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE,

    /// <summary>Moves an access to another IOAS.</summary>
    IOMMU_TEST_OP_ACCESS_REPLACE_IOAS,

    /// <summary>As MOCK_DOMAIN, with properties of the device.</summary>
    IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,

    /// <summary>Marks pages as written by a device.</summary>
    IOMMU_TEST_OP_DIRTY,

    /// <summary>What an IOTLB entry of a nested HWPT holds.</summary>
    IOMMU_TEST_OP_MD_CHECK_IOTLB,

    /// <summary>Has a device send a page request.</summary>
    IOMMU_TEST_OP_TRIGGER_IOPF,

    /// <summary>What a cache entry of a device holds.</summary>
    IOMMU_TEST_OP_DEV_CHECK_CACHE,

    /// <summary>Has a device send an event to its vIOMMU.</summary>
    IOMMU_TEST_OP_TRIGGER_VEVENT,

    /// <summary>Attaches a PASID of a mock device.</summary>
    IOMMU_TEST_OP_PASID_ATTACH,

    /// <summary>Attaches a PASID elsewhere.</summary>
    IOMMU_TEST_OP_PASID_REPLACE,

    /// <summary>Detaches a PASID.</summary>
    IOMMU_TEST_OP_PASID_DETACH,

    /// <summary>Whether a PASID is attached to a HWPT.</summary>
    IOMMU_TEST_OP_PASID_CHECK_HWPT,

    /// <summary>Makes a dma-buf; the call returns its descriptor.</summary>
    IOMMU_TEST_OP_DMABUF_GET,

    /// <summary>Takes a dma-buf's memory away, or gives it back.</summary>
    IOMMU_TEST_OP_DMABUF_REVOKE,
}

/// <summary>Properties of a mock device.</summary>
[Flags]
public enum mock_device_flags : uint
{
    /// <summary>It cannot track dirty pages.</summary>
    MOCK_FLAGS_DEVICE_NO_DIRTY = 1 << 0,

    /// <summary>It sends PASIDs of 20 bits.</summary>
    MOCK_FLAGS_DEVICE_PASID = 1 << 2,
}

/// <summary>Flags of the operations on accesses.</summary>
[Flags]
public enum mock_access_flags : uint
{
    /// <summary>ACCESS_PAGES, ACCESS_RW: write access. CREATE_ACCESS: it pins pages.</summary>
    MOCK_FLAGS_ACCESS_WRITE = 1 << 0,

    /// <summary>ACCESS_RW: Linux's slow way; ours is the same.</summary>
    MOCK_ACCESS_RW_SLOW_PATH = 1 << 2,

    /// <summary>The IOVA is two numbers: the n-th area, and an offset in it.</summary>
    MOCK_FLAGS_ACCESS_SYZ = 1 << 16,
}
