using Ioasis.Abi;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Runner.Explain;

/// <summary>
/// The name and the structure of an ioctl. The numbers of VFIO containers, groups and devices overlap, so the file decides.
/// </summary>
internal static class IoctlNames
{
    private const string DevicePrefix = "/dev/vfio/devices/", DeviceOfGroup = "anon_inode:[vfio-device]", GroupPrefix = "/dev/vfio/", Container = "/dev/vfio/vfio";

    private static readonly Dictionary<uint, (string Name, StructureWords? Structure)> s_iommu = new()
    {
        [IOMMU_DESTROY] = (nameof(IOMMU_DESTROY), StructureText.Of<iommu_destroy>),
        [IOMMU_IOAS_ALLOC] = (nameof(IOMMU_IOAS_ALLOC), StructureText.Of<iommu_ioas_alloc>),
        [IOMMU_IOAS_ALLOW_IOVAS] = (nameof(IOMMU_IOAS_ALLOW_IOVAS), StructureText.Of<iommu_ioas_allow_iovas>),
        [IOMMU_IOAS_COPY] = (nameof(IOMMU_IOAS_COPY), StructureText.Of<iommu_ioas_copy>),
        [IOMMU_IOAS_IOVA_RANGES] = (nameof(IOMMU_IOAS_IOVA_RANGES), StructureText.Of<iommu_ioas_iova_ranges>),
        [IOMMU_IOAS_MAP] = (nameof(IOMMU_IOAS_MAP), StructureText.Of<iommu_ioas_map>),
        [IOMMU_IOAS_UNMAP] = (nameof(IOMMU_IOAS_UNMAP), StructureText.Of<iommu_ioas_unmap>),
        [IOMMU_OPTION] = (nameof(IOMMU_OPTION), StructureText.Of<iommu_option>),
        [IOMMU_VFIO_IOAS] = (nameof(IOMMU_VFIO_IOAS), StructureText.Of<iommu_vfio_ioas>),
        [IOMMU_HWPT_ALLOC] = (nameof(IOMMU_HWPT_ALLOC), StructureText.Of<iommu_hwpt_alloc>),
        [IOMMU_GET_HW_INFO] = (nameof(IOMMU_GET_HW_INFO), StructureText.Of<iommu_hw_info>),
        [IOMMU_HWPT_SET_DIRTY_TRACKING] = (nameof(IOMMU_HWPT_SET_DIRTY_TRACKING), StructureText.Of<iommu_hwpt_set_dirty_tracking>),
        [IOMMU_HWPT_GET_DIRTY_BITMAP] = (nameof(IOMMU_HWPT_GET_DIRTY_BITMAP), StructureText.Of<iommu_hwpt_get_dirty_bitmap>),
        [IOMMU_HWPT_INVALIDATE] = (nameof(IOMMU_HWPT_INVALIDATE), StructureText.Of<iommu_hwpt_invalidate>),
        [IOMMU_FAULT_QUEUE_ALLOC] = (nameof(IOMMU_FAULT_QUEUE_ALLOC), StructureText.Of<iommu_fault_alloc>),
        [IOMMU_IOAS_MAP_FILE] = (nameof(IOMMU_IOAS_MAP_FILE), StructureText.Of<iommu_ioas_map_file>),
        [IOMMU_VIOMMU_ALLOC] = (nameof(IOMMU_VIOMMU_ALLOC), StructureText.Of<iommu_viommu_alloc>),
        [IOMMU_VDEVICE_ALLOC] = (nameof(IOMMU_VDEVICE_ALLOC), StructureText.Of<iommu_vdevice_alloc>),
        [IOMMU_IOAS_CHANGE_PROCESS] = (nameof(IOMMU_IOAS_CHANGE_PROCESS), StructureText.Of<iommu_ioas_change_process>),
        [IOMMU_VEVENTQ_ALLOC] = (nameof(IOMMU_VEVENTQ_ALLOC), StructureText.Of<iommu_veventq_alloc>),
        [IOMMU_HW_QUEUE_ALLOC] = (nameof(IOMMU_HW_QUEUE_ALLOC), StructureText.Of<iommu_hw_queue_alloc>),
        [IOMMU_IOAS_NOIOMMU_GET_PA] = (nameof(IOMMU_IOAS_NOIOMMU_GET_PA), StructureText.Of<iommu_ioas_noiommu_get_pa>),
        [VFIO_GET_API_VERSION] = (nameof(VFIO_GET_API_VERSION), null),
        [VFIO_CHECK_EXTENSION] = (nameof(VFIO_CHECK_EXTENSION), null),
        [VFIO_SET_IOMMU] = (nameof(VFIO_SET_IOMMU), null),
        [VFIO_IOMMU_GET_INFO] = (nameof(VFIO_IOMMU_GET_INFO), StructureText.Of<vfio_iommu_type1_info>),
        [VFIO_IOMMU_MAP_DMA] = (nameof(VFIO_IOMMU_MAP_DMA), StructureText.Of<vfio_iommu_type1_dma_map>),
        [VFIO_IOMMU_UNMAP_DMA] = (nameof(VFIO_IOMMU_UNMAP_DMA), StructureText.Of<vfio_iommu_type1_dma_unmap>),
        [VFIO_IOMMU_DIRTY_PAGES] = (nameof(VFIO_IOMMU_DIRTY_PAGES), StructureText.Of<vfio_iommu_type1_dirty_bitmap>),
    };

    private static readonly Dictionary<uint, (string Name, StructureWords? Structure)> s_group = new()
    {
        [VFIO_GROUP_GET_STATUS] = (nameof(VFIO_GROUP_GET_STATUS), StructureText.Of<vfio_group_status>),
        [VFIO_GROUP_SET_CONTAINER] = (nameof(VFIO_GROUP_SET_CONTAINER), null),
        [VFIO_GROUP_UNSET_CONTAINER] = (nameof(VFIO_GROUP_UNSET_CONTAINER), null),
        [VFIO_GROUP_GET_DEVICE_FD] = (nameof(VFIO_GROUP_GET_DEVICE_FD), null),
    };

    private static readonly Dictionary<uint, (string Name, StructureWords? Structure)> s_device = new()
    {
        [VFIO_DEVICE_GET_INFO] = (nameof(VFIO_DEVICE_GET_INFO), StructureText.Of<vfio_device_info>),
        [VFIO_DEVICE_GET_REGION_INFO] = (nameof(VFIO_DEVICE_GET_REGION_INFO), StructureText.Of<vfio_region_info>),
        [VFIO_DEVICE_GET_IRQ_INFO] = (nameof(VFIO_DEVICE_GET_IRQ_INFO), StructureText.Of<vfio_irq_info>),
        [VFIO_DEVICE_SET_IRQS] = (nameof(VFIO_DEVICE_SET_IRQS), StructureText.Of<vfio_irq_set>),
        [VFIO_DEVICE_RESET] = (nameof(VFIO_DEVICE_RESET), null),
        [VFIO_DEVICE_GET_PCI_HOT_RESET_INFO] = (nameof(VFIO_DEVICE_GET_PCI_HOT_RESET_INFO), StructureText.Of<vfio_pci_hot_reset_info>),
        [VFIO_DEVICE_PCI_HOT_RESET] = (nameof(VFIO_DEVICE_PCI_HOT_RESET), StructureText.Of<vfio_pci_hot_reset>),
        [VFIO_DEVICE_IOEVENTFD] = (nameof(VFIO_DEVICE_IOEVENTFD), StructureText.Of<vfio_device_ioeventfd>),
        [VFIO_DEVICE_FEATURE] = (nameof(VFIO_DEVICE_FEATURE), StructureText.Of<vfio_device_feature>),
        [VFIO_DEVICE_BIND_IOMMUFD] = (nameof(VFIO_DEVICE_BIND_IOMMUFD), StructureText.Of<vfio_device_bind_iommufd>),
        [VFIO_DEVICE_ATTACH_IOMMUFD_PT] = (nameof(VFIO_DEVICE_ATTACH_IOMMUFD_PT), StructureText.Of<vfio_device_attach_iommufd_pt>),
        [VFIO_DEVICE_DETACH_IOMMUFD_PT] = (nameof(VFIO_DEVICE_DETACH_IOMMUFD_PT), StructureText.Of<vfio_device_detach_iommufd_pt>),
    };

    /// <returns>False when nobody knows this number on such a file.</returns>
    public static bool TryFind(string path, uint command, out string name, out StructureWords? structure)
    {
        bool found = Of(path).TryGetValue(command, out var entry);
        (name, structure) = entry;
        return found;
    }

    /// <summary>What was probably meant by a number that a file does not know: another encoding, or another file.</summary>
    /// <returns>Null when nobody knows it.</returns>
    public static string? Hint(string path, uint command)
    {
        // VFIO's and iommufd's numbers say nothing of the size and direction of their structures: type and number are all there is.
        uint plain = command & 0xffff;
        Dictionary<uint, (string Name, StructureWords? Structure)> own = Of(path);
        if (own.TryGetValue(plain, out var meant))
            return $"{meant.Name} is 0x{plain:x}, made with _IO()";
        foreach ((Dictionary<uint, (string Name, StructureWords? Structure)> others, string where) in ((Dictionary<uint, (string Name, StructureWords? Structure)>, string)[])
            [(s_iommu, "/dev/iommu or a container"), (s_group, "a group, /dev/vfio/GROUP"), (s_device, "a device")])
        {
            if (others != own && others.TryGetValue(plain, out meant))
                return plain == command ? $"{meant.Name} is for {where}" : $"{meant.Name} is 0x{plain:x}, and for {where}";
        }

        return null;
    }

    private static Dictionary<uint, (string Name, StructureWords? Structure)> Of(string path)
    {
        if (path.StartsWith(DevicePrefix, StringComparison.Ordinal) || path == DeviceOfGroup)
            return s_device;
        return path.StartsWith(GroupPrefix, StringComparison.Ordinal) && path != Container ? s_group : s_iommu;
    }
}
