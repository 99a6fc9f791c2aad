namespace Ioasis.Abi;

/// <summary>Kinds of queue that hardware can read in a guest's memory.</summary>
public enum iommu_hw_queue_type : uint
{
    /// <summary>None; reserved.</summary>
    IOMMU_HW_QUEUE_TYPE_DEFAULT = 0,

    /// <summary>
    /// Command queue of NVIDIA's Tegra241. Allocate from index 0 upwards, destroy downwards; the length is a power of two, 32 bytes or
    /// more, and the base a multiple of it.
    /// </summary>
    IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV = 1,
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_HW_QUEUE_ALLOC"/>: lets the hardware work on a queue in a guest's memory, which stays pinned for
/// it.
/// </summary>
/// <remarks>
/// <para>Errors: EOPNOTSUPP also when the vIOMMU has no such kind; EFAULT the memory is not contiguous.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hw_queue_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="length"/>.</summary>
    public const int MinimumSize = 40;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: the vIOMMU.</summary>
    public uint viommu_id;

    /// <summary>In: which kind.</summary>
    public iommu_hw_queue_type type;

    /// <summary>In: number of the queue among those of its kind.</summary>
    public uint index;

    /// <summary>Out: ID of the queue.</summary>
    public uint out_hw_queue_id;

    /// <summary>In: where the queue is, as an address in the nesting parent.</summary>
    public ulong nesting_parent_iova;

    /// <summary>In: bytes of the queue.</summary>
    public ulong length;
}
