namespace Ioasis.Abi.Mock;

// The parts of iommu_test_cmd, in the order of the operations; lengths and addresses are in bytes.

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_add_reserved
{
    /// <summary>In: the first IOVA.</summary>
    public ulong start;

    /// <summary>In: bytes.</summary>
    public ulong length;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_mock_domain
{
    /// <summary>Out: the mock device.</summary>
    public uint out_stdev_id;

    /// <summary>Out: the HWPT that it is attached to.</summary>
    public uint out_hwpt_id;

    /// <summary>Out: the bound device (dev_id).</summary>
    public uint out_idev_id;

    /// <summary>In, MOCK_DOMAIN_FLAGS: its properties.</summary>
    public mock_device_flags dev_flags;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_check_map
{
    /// <summary>In: the first IOVA.</summary>
    public ulong iova;

    /// <summary>In: bytes.</summary>
    public ulong length;

    /// <summary>In: address in the caller's memory.</summary>
    public ulong uptr;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_check_refs
{
    /// <summary>In: bytes.</summary>
    public ulong length;

    /// <summary>In: address in the caller's memory.</summary>
    public ulong uptr;

    /// <summary>In: the number of pins that each page must have.</summary>
    public uint refs;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_create_access
{
    /// <summary>Out: the access's descriptor.</summary>
    public uint out_access_fd;

    /// <summary>In: flags.</summary>
    public mock_access_flags flags;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_access_pages
{
    /// <summary>In: flags.</summary>
    public mock_access_flags flags;

    /// <summary>Out: the number of the pin.</summary>
    public uint out_access_pages_id;

    /// <summary>In: the first IOVA.</summary>
    public ulong iova;

    /// <summary>In: bytes.</summary>
    public ulong length;

    /// <summary>In: address in the caller's memory.</summary>
    public ulong uptr;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_access_rw
{
    /// <summary>In: the first IOVA.</summary>
    public ulong iova;

    /// <summary>In: bytes.</summary>
    public ulong length;

    /// <summary>In: address in the caller's memory.</summary>
    public ulong uptr;

    /// <summary>In: flags.</summary>
    public mock_access_flags flags;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_dirty
{
    /// <summary>In: flags.</summary>
    public uint flags;

    /// <summary>In: the first IOVA.</summary>
    public ulong iova;

    /// <summary>In: bytes.</summary>
    public ulong length;

    /// <summary>In: bytes a bit.</summary>
    public ulong page_size;

    /// <summary>In: address in the caller's memory.</summary>
    public ulong uptr;

    /// <summary>Out: how many bits were set.</summary>
    public ulong out_nr_dirty;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_trigger_iopf
{
    /// <summary>In: the bound device.</summary>
    public uint dev_id;

    /// <summary>In: the PASID; 0 for none.</summary>
    public uint pasid;

    /// <summary>In: the device's number for the group.</summary>
    public uint grpid;

    /// <summary>In: what it wants to do.</summary>
    public iommu_hwpt_pgfault_perm perm;

    /// <summary>In: the IOVA.</summary>
    public ulong addr;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_check_entry
{
    /// <summary>In: the entry.</summary>
    public uint id;

    /// <summary>In: what it must hold.</summary>
    public uint value;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_pasid_attachment
{
    /// <summary>In: the PASID; 0 for none.</summary>
    public uint pasid;

    /// <summary>In: the IOAS or HWPT; out: the HWPT.</summary>
    public uint pt_id;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_dmabuf_get
{
    /// <summary>In: bytes.</summary>
    public uint length;

    /// <summary>In: flags of the descriptor (O_CLOEXEC).</summary>
    public uint open_flags;
}

/// <summary>A part of <see cref="iommu_test_cmd"/>.</summary>
public struct iommu_test_dmabuf_revoke
{
    /// <summary>In: the descriptor.</summary>
    public int dmabuf_fd;

    /// <summary>In: 1 takes the memory away, 0 gives it back.</summary>
    public uint revoked;
}
