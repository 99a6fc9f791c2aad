namespace Ioasis.Abi;

/// <summary>How the user dealt with a page request.</summary>
public enum iommufd_page_response_code : uint
{
    /// <summary>The page is there now: the device retries.</summary>
    IOMMUFD_PAGE_RESP_SUCCESS = 0,

    /// <summary>There is no such page: the device gives up.</summary>
    IOMMUFD_PAGE_RESP_INVALID = 1,
}

/// <summary>The answer to a group of page requests, as written to the descriptor of <see cref="iommu_fault_alloc"/>.</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_hwpt_page_response
{
    /// <summary>In: <see cref="iommu_hwpt_pgfault.cookie"/> of the group's last request.</summary>
    public uint cookie;

    /// <summary>In: the answer.</summary>
    public iommufd_page_response_code code;
}
