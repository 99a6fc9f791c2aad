namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hwpt_get_dirty_bitmap"/>.</summary>
[Flags]
public enum iommufd_hwpt_get_dirty_bitmap_flags : uint
{
    /// <summary>Leave the dirty bits set; cheaper, and enough when the range is unmapped next.</summary>
    IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR = 1,
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP"/>: collects, and by default clears, the dirty bits of a range.
/// </summary>
/// <remarks>
/// <para>Errors: EINVAL bad alignment, or part of the range is not mapped; EOPNOTSUPP also when the page table was not made for dirty
/// tracking.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_hwpt_get_dirty_bitmap
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="data"/>.</summary>
    public const int MinimumSize = 48;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: the page table.</summary>
    public uint hwpt_id;

    /// <summary>In: whether to leave the bits set.</summary>
    public iommufd_hwpt_get_dirty_bitmap_flags flags;

    /// <summary>In: zero.</summary>
    public uint __reserved;

    /// <summary>In: where the range begins; what bit 0 of the bitmap stands for.</summary>
    public ulong iova;

    /// <summary>In: bytes of the range.</summary>
    public ulong length;

    /// <summary>In: bytes that one bit stands for, a power of two.</summary>
    public ulong page_size;

    /// <summary>In: address of the bitmap of 64-bit words. Bits are set for dirty pages and never cleared.</summary>
    public ulong data;
}
