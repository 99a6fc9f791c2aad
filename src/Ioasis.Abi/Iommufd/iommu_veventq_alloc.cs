namespace Ioasis.Abi;

/// <summary>Kinds of event queue of a vIOMMU, which say what follows each header.</summary>
public enum iommu_veventq_type : uint
{
    /// <summary>None; reserved.</summary>
    IOMMU_VEVENTQ_TYPE_DEFAULT = 0,

    /// <summary><see cref="iommu_vevent_arm_smmuv3"/>.</summary>
    IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 = 1,

    /// <summary><see cref="iommu_vevent_tegra241_cmdqv"/>.</summary>
    IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV = 2,
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_VEVENTQ_ALLOC"/>: allocates a queue of a vIOMMU's events, one of each kind at most.
/// </summary>
/// <remarks>
/// <para>Errors: EEXIST the vIOMMU has a queue of this kind; EINVAL the depth.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_veventq_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_veventq_fd"/>.</summary>
    public const int MinimumSize = 28;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: the vIOMMU.</summary>
    public uint viommu_id;

    /// <summary>In: which kind.</summary>
    public iommu_veventq_type type;

    /// <summary>In: events that it holds before it loses some, 1 to 524,288.</summary>
    public uint veventq_depth;

    /// <summary>Out: ID of the queue.</summary>
    public uint out_veventq_id;

    /// <summary>Out: its descriptor, from which headers and events are read. The caller closes it.</summary>
    public uint out_veventq_fd;

    /// <summary>In: zero.</summary>
    public uint __reserved;
}
