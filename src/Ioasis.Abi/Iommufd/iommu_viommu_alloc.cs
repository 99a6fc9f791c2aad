namespace Ioasis.Abi;

/// <summary>Kinds of virtual IOMMU.</summary>
public enum iommu_viommu_type : uint
{
    /// <summary>None; reserved.</summary>
    IOMMU_VIOMMU_TYPE_DEFAULT = 0,

    /// <summary>Arm SMMUv3.</summary>
    IOMMU_VIOMMU_TYPE_ARM_SMMUV3 = 1,

    /// <summary>Arm SMMUv3 with NVIDIA's Tegra241 command queues; its data is <see cref="iommu_viommu_tegra241_cmdqv"/>.</summary>
    IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV = 2,
}

/// <summary>Where to map the command queues' first page (<see cref="iommu_viommu_type.IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV"/>).</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_viommu_tegra241_cmdqv
{
    /// <summary>Out: offset to give to mmap on the iommufd, in bytes.</summary>
    public ulong out_vintf_mmap_offset;

    /// <summary>Out: length to give to mmap, in bytes.</summary>
    public ulong out_vintf_mmap_length;
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_VIOMMU_ALLOC"/>: allocates a virtual IOMMU (vIOMMU), one guest's share of a physical one.
/// </summary>
/// <remarks>
/// <para>Errors: EOPNOTSUPP also when the physical IOMMU has no such kind; EINVAL the page table is no nesting parent.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_viommu_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_viommu_id"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: which kind.</summary>
    public iommu_viommu_type type;

    /// <summary>In: a device behind the physical IOMMU.</summary>
    public uint dev_id;

    /// <summary>In: the nesting parent that translates the guest's physical addresses.</summary>
    public uint hwpt_id;

    /// <summary>Out: ID of the vIOMMU.</summary>
    public uint out_viommu_id;

    /// <summary>In: bytes at <see cref="data_uptr"/>.</summary>
    public uint data_len;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: address of the data that the kind needs, written back where the kind says so.</summary>
    public ulong data_uptr;
}
