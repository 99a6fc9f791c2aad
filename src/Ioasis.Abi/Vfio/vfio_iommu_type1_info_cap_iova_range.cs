namespace Ioasis.Abi;

/// <summary>A range of I/O virtual addresses. Both ends are inclusive, in spite of the second one's name.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iova_range
{
    /// <summary>Out: first address.</summary>
    public ulong start;

    /// <summary>Out: last address.</summary>
    public ulong end;
}

/// <summary>Where the container can be mapped (<see cref="vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE"/>).</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_type1_info_cap_iova_range
{
    /// <summary>
    /// Where the flexible array <c>iova_ranges</c> begins, in bytes from the start of the struct: the <see cref="vfio_iova_range"/>
    /// entries.
    /// </summary>
    public const int offsetof_iova_ranges = 16;

    /// <summary>Out: the capability's header, version 1.</summary>
    public vfio_info_cap_header header;

    /// <summary>Out: how many ranges follow.</summary>
    public uint nr_iovas;

    /// <summary>Out: zero.</summary>
    public uint reserved;
}
