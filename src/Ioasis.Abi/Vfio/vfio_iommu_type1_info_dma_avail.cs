namespace Ioasis.Abi;

/// <summary>How many more mappings the container takes (<see cref="vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL"/>).</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_type1_info_dma_avail
{
    /// <summary>Out: the capability's header, version 1.</summary>
    public vfio_info_cap_header header;

    /// <summary>Out: mappings that are left.</summary>
    public uint avail;
}
