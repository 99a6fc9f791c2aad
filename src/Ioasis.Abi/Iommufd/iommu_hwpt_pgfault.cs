namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hwpt_pgfault"/>.</summary>
[Flags]
public enum iommu_hwpt_pgfault_flags : uint
{
    /// <summary>The request carried a PASID.</summary>
    IOMMU_PGFAULT_FLAGS_PASID_VALID = 1 << 0,

    /// <summary>Last request of its group: this is the one to respond to.</summary>
    IOMMU_PGFAULT_FLAGS_LAST_PAGE = 1 << 1,
}

/// <summary>What a faulting request wanted to do.</summary>
[Flags]
public enum iommu_hwpt_pgfault_perm : uint
{
    /// <summary>Read.</summary>
    IOMMU_PGFAULT_PERM_READ = 1 << 0,

    /// <summary>Write.</summary>
    IOMMU_PGFAULT_PERM_WRITE = 1 << 1,

    /// <summary>Execute; only with a PASID.</summary>
    IOMMU_PGFAULT_PERM_EXEC = 1 << 2,

    /// <summary>Access in privileged mode; only with a PASID.</summary>
    IOMMU_PGFAULT_PERM_PRIV = 1 << 3,
}

/// <summary>A page request of a device, as read from the descriptor of <see cref="iommu_fault_alloc"/>.</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_hwpt_pgfault
{
    /// <summary>Out: whether there is a PASID, and whether a response is due.</summary>
    public iommu_hwpt_pgfault_flags flags;

    /// <summary>Out: the device that faulted.</summary>
    public uint dev_id;

    /// <summary>Out: its PASID, when the flag says so.</summary>
    public uint pasid;

    /// <summary>Out: the device's number for the group.</summary>
    public uint grpid;

    /// <summary>Out: what the request wanted.</summary>
    public iommu_hwpt_pgfault_perm perm;

    /// <summary>Out: zero.</summary>
    public uint __reserved;

    /// <summary>Out: the address that faulted.</summary>
    public ulong addr;

    /// <summary>Out: bytes that the device expects to need from there, a hint; zero without one.</summary>
    public uint length;

    /// <summary>Out: names the group in the response.</summary>
    public uint cookie;
}
