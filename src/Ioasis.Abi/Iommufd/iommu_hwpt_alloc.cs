namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hwpt_alloc"/>.</summary>
[Flags]
public enum iommufd_hwpt_alloc_flags : uint
{
    /// <summary>The page table can be the parent of nested ones.</summary>
    IOMMU_HWPT_ALLOC_NEST_PARENT = 1 << 0,

    /// <summary>Only devices whose IOMMU can track dirty pages may be attached.</summary>
    IOMMU_HWPT_ALLOC_DIRTY_TRACKING = 1 << 1,

    /// <summary>Page faults go to the queue in <see cref="iommu_hwpt_alloc.fault_id"/>.</summary>
    IOMMU_HWPT_FAULT_ID_VALID = 1 << 2,

    /// <summary>The page table can serve a PASID; while PASIDs are in use, the device itself needs such a table too.</summary>
    IOMMU_HWPT_ALLOC_PASID = 1 << 3,
}

/// <summary>What <see cref="iommu_hwpt_alloc.data_uptr"/> points at.</summary>
public enum iommu_hwpt_data_type : uint
{
    /// <summary>Nothing: the system manages the page table.</summary>
    IOMMU_HWPT_DATA_NONE = 0,

    /// <summary><see cref="iommu_hwpt_vtd_s1"/>.</summary>
    IOMMU_HWPT_DATA_VTD_S1 = 1,

    /// <summary><see cref="iommu_hwpt_arm_smmuv3"/>.</summary>
    IOMMU_HWPT_DATA_ARM_SMMUV3 = 2,

    /// <summary><see cref="iommu_hwpt_amd_guest"/>.</summary>
    IOMMU_HWPT_DATA_AMD_GUEST = 3,
}

/// <summary>Argument of <see cref="Iommufd.IOMMU_HWPT_ALLOC"/>: allocates a hardware page table (HWPT) for a device.</summary>
/// <remarks>
/// <para>Errors: EINVAL the type of data and its length disagree, <see cref="pt_id"/> is none of the three, or belongs to another IOMMU;
/// EOPNOTSUPP the IOMMU cannot do what a flag or type asks; those of pinning, as when mapping, because the first page table of an address
/// space pins its memory.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hwpt_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="__reserved"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: what the page table must be able to do.</summary>
    public iommufd_hwpt_alloc_flags flags;

    /// <summary>In: the device whose IOMMU decides the format.</summary>
    public uint dev_id;

    /// <summary>
    /// In: an address space, for a page table that the system manages; a nesting parent or a virtual IOMMU, for one that the user manages.
    /// </summary>
    public uint pt_id;

    /// <summary>Out: ID of the new page table.</summary>
    public uint out_hwpt_id;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: what <see cref="data_uptr"/> points at.</summary>
    public iommu_hwpt_data_type data_type;

    /// <summary>In: bytes at <see cref="data_uptr"/>; zero exactly when there is no data.</summary>
    public uint data_len;

    /// <summary>In: address of the data that the format needs.</summary>
    public ulong data_uptr;

    /// <summary>In: fault queue, when its flag is set.</summary>
    public uint fault_id;

    /// <summary>In: zero.</summary>
    public uint __reserved2;
}
