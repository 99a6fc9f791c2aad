namespace Ioasis.Abi;

/// <summary>
/// The ioctl numbers of <c>/dev/iommu</c>. Each carries only a type and a number; the size travels in the struct's first field.
/// </summary>
/// <remarks>
/// <para>Every struct begins with its own size. Fewer bytes than the struct's <c>MinimumSize</c> give EINVAL, fields that are left off
/// count as zero, and bytes that the receiver does not know must be zero.</para>
/// <para>Errors that any of them can give: ENOTTY number unknown; EFAULT argument not readable or writable; E2BIG a non-zero byte beyond
/// what is known; EOPNOTSUPP a known field asks for something unsupported, reserved fields included; EINVAL a value is wrong; ENOENT no
/// such ID or IOVA; ENOMEM; EOVERFLOW an address or length does not fit. Each struct lists only what it adds to these.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public static class Iommufd
{
    /// <summary>The ioctl type (second byte) that every number here, and every VFIO number, carries.</summary>
    public const uint IOMMUFD_TYPE = ';';

    // Objects and address spaces

    /// <summary>Destroys any object. Argument: <see cref="iommu_destroy"/>.</summary>
    public const uint IOMMU_DESTROY = 0x3B80;

    /// <summary>Allocates an I/O address space. Argument: <see cref="iommu_ioas_alloc"/>.</summary>
    public const uint IOMMU_IOAS_ALLOC = 0x3B81;

    /// <summary>Sets the list of IOVAs that must stay usable. Argument: <see cref="iommu_ioas_allow_iovas"/>.</summary>
    public const uint IOMMU_IOAS_ALLOW_IOVAS = 0x3B82;

    /// <summary>Maps what another place already maps. Argument: <see cref="iommu_ioas_copy"/>.</summary>
    public const uint IOMMU_IOAS_COPY = 0x3B83;

    /// <summary>Reads the usable IOVA ranges. Argument: <see cref="iommu_ioas_iova_ranges"/>.</summary>
    public const uint IOMMU_IOAS_IOVA_RANGES = 0x3B84;

    /// <summary>Maps memory of the caller. Argument: <see cref="iommu_ioas_map"/>.</summary>
    public const uint IOMMU_IOAS_MAP = 0x3B85;

    /// <summary>Removes mappings. Argument: <see cref="iommu_ioas_unmap"/>.</summary>
    public const uint IOMMU_IOAS_UNMAP = 0x3B86;

    /// <summary>Reads or sets an option. Argument: <see cref="iommu_option"/>.</summary>
    public const uint IOMMU_OPTION = 0x3B87;

    /// <summary>Reads or sets the address space of the VFIO container emulation. Argument: <see cref="iommu_vfio_ioas"/>.</summary>
    public const uint IOMMU_VFIO_IOAS = 0x3B88;

    // Page tables and hardware

    /// <summary>Allocates a hardware page table. Argument: <see cref="iommu_hwpt_alloc"/>.</summary>
    public const uint IOMMU_HWPT_ALLOC = 0x3B89;

    /// <summary>Describes the IOMMU in front of a device. Argument: <see cref="iommu_hw_info"/>.</summary>
    public const uint IOMMU_GET_HW_INFO = 0x3B8A;

    /// <summary>Starts or stops dirty tracking. Argument: <see cref="iommu_hwpt_set_dirty_tracking"/>.</summary>
    public const uint IOMMU_HWPT_SET_DIRTY_TRACKING = 0x3B8B;

    /// <summary>Collects dirty bits. Argument: <see cref="iommu_hwpt_get_dirty_bitmap"/>.</summary>
    public const uint IOMMU_HWPT_GET_DIRTY_BITMAP = 0x3B8C;

    /// <summary>Invalidates caches over user-managed tables. Argument: <see cref="iommu_hwpt_invalidate"/>.</summary>
    public const uint IOMMU_HWPT_INVALIDATE = 0x3B8D;

    /// <summary>Allocates a page-fault queue. Argument: <see cref="iommu_fault_alloc"/>.</summary>
    public const uint IOMMU_FAULT_QUEUE_ALLOC = 0x3B8E;

    /// <summary>Maps part of a memfd or dma-buf. Argument: <see cref="iommu_ioas_map_file"/>.</summary>
    public const uint IOMMU_IOAS_MAP_FILE = 0x3B8F;

    // Virtual IOMMUs and the rest

    /// <summary>Allocates a virtual IOMMU. Argument: <see cref="iommu_viommu_alloc"/>.</summary>
    public const uint IOMMU_VIOMMU_ALLOC = 0x3B90;

    /// <summary>Gives a device its place in a virtual IOMMU. Argument: <see cref="iommu_vdevice_alloc"/>.</summary>
    public const uint IOMMU_VDEVICE_ALLOC = 0x3B91;

    /// <summary>Moves the charge for pinned memory to the caller. Argument: <see cref="iommu_ioas_change_process"/>.</summary>
    public const uint IOMMU_IOAS_CHANGE_PROCESS = 0x3B92;

    /// <summary>Allocates an event queue of a virtual IOMMU. Argument: <see cref="iommu_veventq_alloc"/>.</summary>
    public const uint IOMMU_VEVENTQ_ALLOC = 0x3B93;

    /// <summary>Hands a guest's queue to the hardware. Argument: <see cref="iommu_hw_queue_alloc"/>.</summary>
    public const uint IOMMU_HW_QUEUE_ALLOC = 0x3B94;

    /// <summary>Reads a physical address where there is no IOMMU. Argument: <see cref="iommu_ioas_noiommu_get_pa"/>.</summary>
    public const uint IOMMU_IOAS_NOIOMMU_GET_PA = 0x3B95;
}
