namespace Ioasis.Abi;

/// <summary>The number (low byte) of each iommufd ioctl. The header leaves this enum without a name.</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public enum iommufd_cmd : uint
{
    /// <summary>The first number; those below belong to VFIO, which shares the ioctl type.</summary>
    IOMMUFD_CMD_BASE = 0x80,

    /// <summary>Number of <see cref="Iommufd.IOMMU_DESTROY"/>.</summary>
    IOMMUFD_CMD_DESTROY = IOMMUFD_CMD_BASE,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_ALLOC"/>.</summary>
    IOMMUFD_CMD_IOAS_ALLOC = 0x81,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_ALLOW_IOVAS"/>.</summary>
    IOMMUFD_CMD_IOAS_ALLOW_IOVAS = 0x82,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_COPY"/>.</summary>
    IOMMUFD_CMD_IOAS_COPY = 0x83,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_IOVA_RANGES"/>.</summary>
    IOMMUFD_CMD_IOAS_IOVA_RANGES = 0x84,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_MAP"/>.</summary>
    IOMMUFD_CMD_IOAS_MAP = 0x85,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_UNMAP"/>.</summary>
    IOMMUFD_CMD_IOAS_UNMAP = 0x86,

    /// <summary>Number of <see cref="Iommufd.IOMMU_OPTION"/>.</summary>
    IOMMUFD_CMD_OPTION = 0x87,

    /// <summary>Number of <see cref="Iommufd.IOMMU_VFIO_IOAS"/>.</summary>
    IOMMUFD_CMD_VFIO_IOAS = 0x88,

    /// <summary>Number of <see cref="Iommufd.IOMMU_HWPT_ALLOC"/>.</summary>
    IOMMUFD_CMD_HWPT_ALLOC = 0x89,

    /// <summary>Number of <see cref="Iommufd.IOMMU_GET_HW_INFO"/>.</summary>
    IOMMUFD_CMD_GET_HW_INFO = 0x8A,

    /// <summary>Number of <see cref="Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING"/>.</summary>
    IOMMUFD_CMD_HWPT_SET_DIRTY_TRACKING = 0x8B,

    /// <summary>Number of <see cref="Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP"/>.</summary>
    IOMMUFD_CMD_HWPT_GET_DIRTY_BITMAP = 0x8C,

    /// <summary>Number of <see cref="Iommufd.IOMMU_HWPT_INVALIDATE"/>.</summary>
    IOMMUFD_CMD_HWPT_INVALIDATE = 0x8D,

    /// <summary>Number of <see cref="Iommufd.IOMMU_FAULT_QUEUE_ALLOC"/>.</summary>
    IOMMUFD_CMD_FAULT_QUEUE_ALLOC = 0x8E,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_MAP_FILE"/>.</summary>
    IOMMUFD_CMD_IOAS_MAP_FILE = 0x8F,

    /// <summary>Number of <see cref="Iommufd.IOMMU_VIOMMU_ALLOC"/>.</summary>
    IOMMUFD_CMD_VIOMMU_ALLOC = 0x90,

    /// <summary>Number of <see cref="Iommufd.IOMMU_VDEVICE_ALLOC"/>.</summary>
    IOMMUFD_CMD_VDEVICE_ALLOC = 0x91,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_CHANGE_PROCESS"/>.</summary>
    IOMMUFD_CMD_IOAS_CHANGE_PROCESS = 0x92,

    /// <summary>Number of <see cref="Iommufd.IOMMU_VEVENTQ_ALLOC"/>.</summary>
    IOMMUFD_CMD_VEVENTQ_ALLOC = 0x93,

    /// <summary>Number of <see cref="Iommufd.IOMMU_HW_QUEUE_ALLOC"/>.</summary>
    IOMMUFD_CMD_HW_QUEUE_ALLOC = 0x94,

    /// <summary>Number of <see cref="Iommufd.IOMMU_IOAS_NOIOMMU_GET_PA"/>.</summary>
    IOMMUFD_CMD_IOAS_NOIOMMU_GET_PA = 0x95,
}
