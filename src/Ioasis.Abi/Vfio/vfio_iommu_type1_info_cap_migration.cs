namespace Ioasis.Abi;

/// <summary>How the container logs dirty pages (<see cref="vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION"/>).</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_type1_info_cap_migration
{
    /// <summary>Out: the capability's header, version 1.</summary>
    public vfio_info_cap_header header;

    /// <summary>Out: zero.</summary>
    public uint flags;

    /// <summary>Out: page sizes that can be logged, bit n for 2^n bytes.</summary>
    public ulong pgsize_bitmap;

    /// <summary>Out: greatest bitmap in bytes.</summary>
    public ulong max_dirty_bitmap_size;
}
