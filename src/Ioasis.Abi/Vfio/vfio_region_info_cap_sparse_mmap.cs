namespace Ioasis.Abi;

/// <summary>A part of a region that can be mapped.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_region_sparse_mmap_area
{
    /// <summary>Out: where it begins, in bytes from the start of the region.</summary>
    public ulong offset;

    /// <summary>Out: its length in bytes.</summary>
    public ulong size;
}

/// <summary>
/// Which parts of a region can be mapped, when not all (<see cref="vfio_region_info_cap.VFIO_REGION_INFO_CAP_SPARSE_MMAP"/>).
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_region_info_cap_sparse_mmap
{
    /// <summary>
    /// Where the flexible array <c>areas</c> begins, in bytes from the start of the struct: the <see cref="vfio_region_sparse_mmap_area"/>
    /// entries.
    /// </summary>
    public const int offsetof_areas = 16;

    /// <summary>Out: the capability's header, version 1.</summary>
    public vfio_info_cap_header header;

    /// <summary>Out: how many areas follow.</summary>
    public uint nr_areas;

    /// <summary>Out: zero.</summary>
    public uint reserved;
}
