namespace Ioasis.Abi;

/// <summary>The ioctl numbers of VFIO, by the descriptor that understands them. Numbers repeat where the descriptor differs.</summary>
/// <remarks>
/// <para>Most structs begin with their own size, <c>argsz</c>. Less than the struct's <c>MinimumSize</c> gives EINVAL; more is ignored,
/// save by <see cref="vfio_device_bind_iommufd"/>.</para>
/// <para>Errors that any of them can give: ENOTTY number unknown to this descriptor; EFAULT argument not readable or writable; EINVAL a
/// value or a flag is wrong, or a device that is not bound yet is asked for more than a bind; ENODEV the device is gone. Each struct lists
/// only what it adds to these.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public static class Vfio
{
    /// <summary>The ioctl type (second byte), shared with iommufd.</summary>
    public const uint VFIO_TYPE = ';';

    /// <summary>The first ioctl number (low byte).</summary>
    public const uint VFIO_BASE = 100;

    /// <summary>What <see cref="VFIO_GET_API_VERSION"/> returns.</summary>
    public const int VFIO_API_VERSION = 0;

    // Container: /dev/vfio/vfio, or an iommufd in its place

    /// <summary>No argument. Returns <see cref="VFIO_API_VERSION"/>.</summary>
    public const uint VFIO_GET_API_VERSION = 0x3B64;

    /// <summary>The argument is a <see cref="vfio_extension"/>. Returns 0 when it is absent, else a positive number.</summary>
    public const uint VFIO_CHECK_EXTENSION = 0x3B65;

    /// <summary>The argument is the <see cref="vfio_extension"/> of an IOMMU type. Wants a group in the container.</summary>
    public const uint VFIO_SET_IOMMU = 0x3B66;

    // Container: type 1 IOMMU

    /// <summary>Describes the container's IOMMU. Argument: <see cref="vfio_iommu_type1_info"/>.</summary>
    public const uint VFIO_IOMMU_GET_INFO = 0x3B70;

    /// <summary>Maps memory of the caller. Argument: <see cref="vfio_iommu_type1_dma_map"/>.</summary>
    public const uint VFIO_IOMMU_MAP_DMA = 0x3B71;

    /// <summary>Removes mappings. Argument: <see cref="vfio_iommu_type1_dma_unmap"/>.</summary>
    public const uint VFIO_IOMMU_UNMAP_DMA = 0x3B72;

    /// <summary>No argument. Of the sPAPR IOMMU: lets the container be used.</summary>
    public const uint VFIO_IOMMU_ENABLE = 0x3B73;

    /// <summary>No argument. Of the sPAPR IOMMU: undoes <see cref="VFIO_IOMMU_ENABLE"/>.</summary>
    public const uint VFIO_IOMMU_DISABLE = 0x3B74;

    /// <summary>Starts, stops or reads dirty page logging. Argument: <see cref="vfio_iommu_type1_dirty_bitmap"/>.</summary>
    public const uint VFIO_IOMMU_DIRTY_PAGES = 0x3B75;

    // Container: sPAPR TCE IOMMU

    /// <summary>Describes the DMA windows. Argument: <see cref="vfio_iommu_spapr_tce_info"/>.</summary>
    public const uint VFIO_IOMMU_SPAPR_TCE_GET_INFO = 0x3B70;

    /// <summary>Pins memory for later maps. Argument: <see cref="vfio_iommu_spapr_register_memory"/>.</summary>
    public const uint VFIO_IOMMU_SPAPR_REGISTER_MEMORY = 0x3B75;

    /// <summary>Unpins it. Argument: <see cref="vfio_iommu_spapr_register_memory"/>.</summary>
    public const uint VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY = 0x3B76;

    /// <summary>Makes a DMA window. Argument: <see cref="vfio_iommu_spapr_tce_create"/>.</summary>
    public const uint VFIO_IOMMU_SPAPR_TCE_CREATE = 0x3B77;

    /// <summary>Removes a DMA window. Argument: <see cref="vfio_iommu_spapr_tce_remove"/>.</summary>
    public const uint VFIO_IOMMU_SPAPR_TCE_REMOVE = 0x3B78;

    // Group: /dev/vfio/GROUP

    /// <summary>Says whether the group can be used. Argument: <see cref="vfio_group_status"/>.</summary>
    public const uint VFIO_GROUP_GET_STATUS = 0x3B67;

    /// <summary>The argument points at an int: the container's descriptor.</summary>
    public const uint VFIO_GROUP_SET_CONTAINER = 0x3B68;

    /// <summary>No argument. Takes the group out of its container; no device of it may be open.</summary>
    public const uint VFIO_GROUP_UNSET_CONTAINER = 0x3B69;

    /// <summary>The argument is the device's name, zero-terminated. Returns a descriptor of the device.</summary>
    public const uint VFIO_GROUP_GET_DEVICE_FD = 0x3B6A;

    // Device: /dev/vfio/devices/vfioN, or what a group returned

    /// <summary>Describes the device. Argument: <see cref="vfio_device_info"/>.</summary>
    public const uint VFIO_DEVICE_GET_INFO = 0x3B6B;

    /// <summary>Describes a region. Argument: <see cref="vfio_region_info"/>.</summary>
    public const uint VFIO_DEVICE_GET_REGION_INFO = 0x3B6C;

    /// <summary>Describes an interrupt index. Argument: <see cref="vfio_irq_info"/>.</summary>
    public const uint VFIO_DEVICE_GET_IRQ_INFO = 0x3B6D;

    /// <summary>Sets up, masks or triggers interrupts. Argument: <see cref="vfio_irq_set"/>.</summary>
    public const uint VFIO_DEVICE_SET_IRQS = 0x3B6E;

    /// <summary>No argument. Resets the device; EINVAL when it cannot be reset alone.</summary>
    public const uint VFIO_DEVICE_RESET = 0x3B6F;

    /// <summary>Lists what a hot reset touches. Argument: <see cref="vfio_pci_hot_reset_info"/>.</summary>
    public const uint VFIO_DEVICE_GET_PCI_HOT_RESET_INFO = 0x3B70;

    /// <summary>Resets the slot or bus. Argument: <see cref="vfio_pci_hot_reset"/>.</summary>
    public const uint VFIO_DEVICE_PCI_HOT_RESET = 0x3B71;

    /// <summary>Describes a display plane. Argument: <see cref="vfio_device_gfx_plane_info"/>.</summary>
    public const uint VFIO_DEVICE_QUERY_GFX_PLANE = 0x3B72;

    /// <summary>The argument points at a <see cref="vfio_device_gfx_plane_info.dmabuf_id"/>. Returns a dma-buf descriptor.</summary>
    public const uint VFIO_DEVICE_GET_GFX_DMABUF = 0x3B73;

    /// <summary>Has an eventfd cause a write. Argument: <see cref="vfio_device_ioeventfd"/>.</summary>
    public const uint VFIO_DEVICE_IOEVENTFD = 0x3B74;

    /// <summary>Probes, reads or sets a feature. Argument: <see cref="vfio_device_feature"/>.</summary>
    public const uint VFIO_DEVICE_FEATURE = 0x3B75;

    /// <summary>Binds the device to an iommufd. Argument: <see cref="vfio_device_bind_iommufd"/>.</summary>
    public const uint VFIO_DEVICE_BIND_IOMMUFD = 0x3B76;

    /// <summary>Attaches it to a page table. Argument: <see cref="vfio_device_attach_iommufd_pt"/>.</summary>
    public const uint VFIO_DEVICE_ATTACH_IOMMUFD_PT = 0x3B77;

    /// <summary>Detaches it. Argument: <see cref="vfio_device_detach_iommufd_pt"/>.</summary>
    public const uint VFIO_DEVICE_DETACH_IOMMUFD_PT = 0x3B78;

    // Migration data: what VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE returned

    /// <summary>Estimates what is left to copy. Argument: <see cref="vfio_precopy_info"/>.</summary>
    public const uint VFIO_MIG_GET_PRECOPY_INFO = 0x3B79;

    // The device_api attribute of a mediated device

    /// <summary>A device with <see cref="vfio_device_flags.VFIO_DEVICE_FLAGS_PCI"/>.</summary>
    public const string VFIO_DEVICE_API_PCI_STRING = "vfio-pci";

    /// <summary>A device with <see cref="vfio_device_flags.VFIO_DEVICE_FLAGS_PLATFORM"/>.</summary>
    public const string VFIO_DEVICE_API_PLATFORM_STRING = "vfio-platform";

    /// <summary>A device with <see cref="vfio_device_flags.VFIO_DEVICE_FLAGS_AMBA"/>.</summary>
    public const string VFIO_DEVICE_API_AMBA_STRING = "vfio-amba";

    /// <summary>A device with <see cref="vfio_device_flags.VFIO_DEVICE_FLAGS_CCW"/>.</summary>
    public const string VFIO_DEVICE_API_CCW_STRING = "vfio-ccw";

    /// <summary>A device with <see cref="vfio_device_flags.VFIO_DEVICE_FLAGS_AP"/>.</summary>
    public const string VFIO_DEVICE_API_AP_STRING = "vfio-ap";
}
