namespace Ioasis.Abi;

/// <summary>
/// What to do about dirty page logging; exactly one is set. The header has these as plain macros; the enum's name is ours.
/// </summary>
[Flags]
public enum vfio_iommu_dirty_pages_flags : uint
{
    /// <summary>Start.</summary>
    VFIO_IOMMU_DIRTY_PAGES_FLAG_START = 1 << 0,

    /// <summary>Stop.</summary>
    VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP = 1 << 1,

    /// <summary>Read a range: a <see cref="vfio_iommu_type1_dirty_bitmap_get"/> follows the struct.</summary>
    VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP = 1 << 2,
}

/// <summary>A bitmap in the caller's memory, to be zeroed by the caller.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_bitmap
{
    /// <summary>In: bytes that one bit stands for; the IOMMU's smallest page size.</summary>
    public ulong pgsize;

    /// <summary>In: bytes of the bitmap.</summary>
    public ulong size;

    /// <summary>In: its address. Bits are set for dirty pages; bit 0 stands for the start of the range.</summary>
    public ulong data;
}

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_DIRTY_PAGES"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_type1_dirty_bitmap
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="flags"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>
    /// Where the flexible array <c>data</c> begins, in bytes from the start of the struct: a
    /// <see cref="vfio_iommu_type1_dirty_bitmap_get"/>, when a range is read.
    /// </summary>
    public const int offsetof_data = 8;

    /// <summary>In: bytes that the caller provides, data included, bitmap excluded.</summary>
    public uint argsz;

    /// <summary>In: what to do.</summary>
    public vfio_iommu_dirty_pages_flags flags;
}

/// <summary>The range to read, and where to.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_type1_dirty_bitmap_get
{
    /// <summary>In: where the range begins.</summary>
    public ulong iova;

    /// <summary>In: bytes of the range.</summary>
    public ulong size;

    /// <summary>In: the bitmap to fill.</summary>
    public vfio_bitmap bitmap;
}
