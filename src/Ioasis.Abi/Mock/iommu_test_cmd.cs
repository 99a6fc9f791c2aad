using System.Runtime.InteropServices;

namespace Ioasis.Abi.Mock;

/// <summary>
/// IOMMU_TEST_CMD: makes and asks mock devices. Which of the overlapping parts counts, <see cref="op"/> tells.
/// </summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 72)]
public struct iommu_test_cmd
{
    /// <summary>The ioctl's number.</summary>
    public const uint IOMMU_TEST_CMD = Iommufd.IOMMUFD_TYPE << 8 | 0xa0;

    /// <summary>Bytes that must be there.</summary>
    public const int MinimumSize = 68;

    /// <summary>In: bytes of the structure.</summary>
    [FieldOffset(0)]
    public uint size;

    /// <summary>In: the operation.</summary>
    [FieldOffset(4)]
    public iommu_test_op op;

    /// <summary>The object, or the descriptor, that the operation is about.</summary>
    [FieldOffset(8)]
    public uint id;

    /// <summary>Not looked at.</summary>
    [FieldOffset(12)]
    public uint __reserved;

    /// <summary>ADD_RESERVED.</summary>
    [FieldOffset(16)]
    public iommu_test_add_reserved add_reserved;

    /// <summary>MOCK_DOMAIN and MOCK_DOMAIN_FLAGS.</summary>
    [FieldOffset(16)]
    public iommu_test_mock_domain mock_domain;

    /// <summary>MD_CHECK_MAP.</summary>
    [FieldOffset(16)]
    public iommu_test_check_map check_map;

    /// <summary>MD_CHECK_REFS.</summary>
    [FieldOffset(16)]
    public iommu_test_check_refs check_refs;

    /// <summary>CREATE_ACCESS.</summary>
    [FieldOffset(16)]
    public iommu_test_create_access create_access;

    /// <summary>ACCESS_PAGES.</summary>
    [FieldOffset(16)]
    public iommu_test_access_pages access_pages;

    /// <summary>ACCESS_RW.</summary>
    [FieldOffset(16)]
    public iommu_test_access_rw access_rw;

    /// <summary>DIRTY.</summary>
    [FieldOffset(16)]
    public iommu_test_dirty dirty;

    /// <summary>CHECK_IOTLB and CHECK_CACHE.</summary>
    [FieldOffset(16)]
    public iommu_test_check_entry check_entry;

    /// <summary>TRIGGER_IOPF.</summary>
    [FieldOffset(16)]
    public iommu_test_trigger_iopf trigger_iopf;

    /// <summary>The operations on PASIDs.</summary>
    [FieldOffset(16)]
    public iommu_test_pasid_attachment pasid;

    /// <summary>DMABUF_GET.</summary>
    [FieldOffset(16)]
    public iommu_test_dmabuf_get dmabuf_get;

    /// <summary>DMABUF_REVOKE.</summary>
    [FieldOffset(16)]
    public iommu_test_dmabuf_revoke dmabuf_revoke;

    /// <summary>The one operand of operations that have no other: MOCK_DOMAIN_REPLACE, DESTROY_ACCESS_PAGES, ACCESS_REPLACE_IOAS, SET_TEMP_MEMORY_LIMIT, TRIGGER_VEVENT.</summary>
    [FieldOffset(16)]
    public uint operand;

    /// <summary>The end of the mandatory part.</summary>
    [FieldOffset(64)]
    public uint last;
}
