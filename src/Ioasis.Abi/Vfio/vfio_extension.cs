namespace Ioasis.Abi;

/// <summary>
/// IOMMU types and abilities that <see cref="Vfio.VFIO_CHECK_EXTENSION"/> knows. The header has these as plain macros; the enum's name is
/// ours.
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public enum vfio_extension : uint
{
    /// <summary>Type 1 IOMMU: any unmap may split mappings.</summary>
    VFIO_TYPE1_IOMMU = 1,

    /// <summary>POWER's IOMMU with DMA windows.</summary>
    VFIO_SPAPR_TCE_IOMMU = 2,

    /// <summary>Type 1 IOMMU, version 2: an unmap must not cut a mapping.</summary>
    VFIO_TYPE1v2_IOMMU = 3,

    /// <summary>DMA is cache-coherent whatever the device asks for. Changes with the groups in the container.</summary>
    VFIO_DMA_CC_IOMMU = 4,

    /// <summary>POWER's error handling is there.</summary>
    VFIO_EEH = 5,

    /// <summary>Nesting, withdrawn; only keeps its number.</summary>
    __VFIO_RESERVED_TYPE1_NESTING_IOMMU = 6,

    /// <summary>POWER's IOMMU with memory registration.</summary>
    VFIO_SPAPR_TCE_v2_IOMMU = 7,

    /// <summary>No translation and no protection at all.</summary>
    VFIO_NOIOMMU_IOMMU = 8,

    /// <summary>An unmap can ask for everything.</summary>
    VFIO_UNMAP_ALL = 9,

    /// <summary>The address behind a mapping can be changed.</summary>
    VFIO_UPDATE_VADDR = 10,
}
