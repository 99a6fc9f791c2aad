namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hwpt_set_dirty_tracking"/>.</summary>
[Flags]
public enum iommufd_hwpt_set_dirty_tracking_flags : uint
{
    /// <summary>Start tracking; without it, stop.</summary>
    IOMMU_HWPT_DIRTY_TRACKING_ENABLE = 1,
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING"/>: starts or stops dirty tracking of a page table. Starting clears all
/// dirty bits.
/// </summary>
/// <remarks>
/// <para>Errors: EOPNOTSUPP also when the page table was not made for dirty tracking.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hwpt_set_dirty_tracking
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="__reserved"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: start or stop.</summary>
    public iommufd_hwpt_set_dirty_tracking_flags flags;

    /// <summary>In: the page table.</summary>
    public uint hwpt_id;

    /// <summary>In: zero.</summary>
    public uint __reserved;
}
