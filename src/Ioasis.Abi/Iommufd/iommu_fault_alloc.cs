namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_FAULT_QUEUE_ALLOC"/>: allocates a queue through which page faults reach the user.
/// </summary>
/// <remarks>
/// <para>Errors of read and write on the descriptor: ESPIPE the position is not zero, or the length is no multiple of the record; EINVAL a
/// response names no pending group, or a code that does not exist.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_fault_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_fault_fd"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>Out: ID of the queue.</summary>
    public uint out_fault_id;

    /// <summary>
    /// Out: its descriptor. Read gives whole <see cref="iommu_hwpt_pgfault"/> records, write takes whole
    /// <see cref="iommu_hwpt_page_response"/> records.
    /// </summary>
    public uint out_fault_fd;
}
