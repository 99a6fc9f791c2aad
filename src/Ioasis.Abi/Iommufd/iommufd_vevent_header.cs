namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommufd_vevent_header"/>.</summary>
[Flags]
public enum iommu_veventq_flag : uint
{
    /// <summary>Events were lost at the end of the queue; no event follows this header.</summary>
    IOMMU_VEVENTQ_FLAG_LOST_EVENTS = 1 << 0,
}

/// <summary>What precedes each event that is read from a vIOMMU's queue.</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommufd_vevent_header
{
    /// <summary>Out: whether this stands for lost events.</summary>
    public iommu_veventq_flag flags;

    /// <summary>
    /// Out: number of the event, from 0 to <see cref="int.MaxValue"/> and round again. A gap counts the events lost in between.
    /// </summary>
    public uint sequence;
}
