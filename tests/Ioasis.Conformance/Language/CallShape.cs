using Ioasis.Abi;
using Ioasis.Abi.Mock;

namespace Ioasis.Conformance.Language;

/// <summary>An ioctl that cases call by its name.</summary>
/// <param name="Name">Linux's name.</param>
/// <param name="Number">The request.</param>
/// <param name="Struct">What the argument points at; null when it is a plain number.</param>
/// <param name="Kept">The fields that <c>$name = CALL</c> keeps, in their order; empty: those that begin with <c>out_</c>.</param>
/// <param name="GivesDescriptor">The call returns a descriptor.</param>
public sealed record CallShape(string Name, uint Number, Type? Struct, string[] Kept, bool GivesDescriptor = false)
{
    private static readonly Dictionary<string, CallShape> s_all = new CallShape[]
    {
        Of<iommu_destroy>(nameof(Iommufd.IOMMU_DESTROY), Iommufd.IOMMU_DESTROY),
        Of<iommu_ioas_alloc>(nameof(Iommufd.IOMMU_IOAS_ALLOC), Iommufd.IOMMU_IOAS_ALLOC),
        Of<iommu_ioas_allow_iovas>(nameof(Iommufd.IOMMU_IOAS_ALLOW_IOVAS), Iommufd.IOMMU_IOAS_ALLOW_IOVAS),
        Of<iommu_ioas_copy>(nameof(Iommufd.IOMMU_IOAS_COPY), Iommufd.IOMMU_IOAS_COPY, "dst_iova"),
        Of<iommu_ioas_iova_ranges>(nameof(Iommufd.IOMMU_IOAS_IOVA_RANGES), Iommufd.IOMMU_IOAS_IOVA_RANGES, "num_iovas"),
        Of<iommu_ioas_map>(nameof(Iommufd.IOMMU_IOAS_MAP), Iommufd.IOMMU_IOAS_MAP, "iova"),
        Of<iommu_ioas_unmap>(nameof(Iommufd.IOMMU_IOAS_UNMAP), Iommufd.IOMMU_IOAS_UNMAP, "length"),
        Of<iommu_option>(nameof(Iommufd.IOMMU_OPTION), Iommufd.IOMMU_OPTION, "val64"),
        Of<iommu_vfio_ioas>(nameof(Iommufd.IOMMU_VFIO_IOAS), Iommufd.IOMMU_VFIO_IOAS, "ioas_id"),
        Of<iommu_hwpt_alloc>(nameof(Iommufd.IOMMU_HWPT_ALLOC), Iommufd.IOMMU_HWPT_ALLOC),
        Of<iommu_hw_info>(nameof(Iommufd.IOMMU_GET_HW_INFO), Iommufd.IOMMU_GET_HW_INFO),
        Of<iommu_hwpt_set_dirty_tracking>(nameof(Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING), Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING),
        Of<iommu_hwpt_get_dirty_bitmap>(nameof(Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP), Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP),
        Of<iommu_hwpt_invalidate>(nameof(Iommufd.IOMMU_HWPT_INVALIDATE), Iommufd.IOMMU_HWPT_INVALIDATE),
        Of<iommu_fault_alloc>(nameof(Iommufd.IOMMU_FAULT_QUEUE_ALLOC), Iommufd.IOMMU_FAULT_QUEUE_ALLOC),
        Of<iommu_ioas_map_file>(nameof(Iommufd.IOMMU_IOAS_MAP_FILE), Iommufd.IOMMU_IOAS_MAP_FILE, "iova"),
        Of<iommu_viommu_alloc>(nameof(Iommufd.IOMMU_VIOMMU_ALLOC), Iommufd.IOMMU_VIOMMU_ALLOC),
        Of<iommu_vdevice_alloc>(nameof(Iommufd.IOMMU_VDEVICE_ALLOC), Iommufd.IOMMU_VDEVICE_ALLOC),
        Of<iommu_ioas_change_process>(nameof(Iommufd.IOMMU_IOAS_CHANGE_PROCESS), Iommufd.IOMMU_IOAS_CHANGE_PROCESS),
        Of<iommu_veventq_alloc>(nameof(Iommufd.IOMMU_VEVENTQ_ALLOC), Iommufd.IOMMU_VEVENTQ_ALLOC),
        Of<iommu_hw_queue_alloc>(nameof(Iommufd.IOMMU_HW_QUEUE_ALLOC), Iommufd.IOMMU_HW_QUEUE_ALLOC),
        Of<iommu_ioas_noiommu_get_pa>(nameof(Iommufd.IOMMU_IOAS_NOIOMMU_GET_PA), Iommufd.IOMMU_IOAS_NOIOMMU_GET_PA),
        Of<iommu_test_cmd>(nameof(iommu_test_cmd.IOMMU_TEST_CMD), iommu_test_cmd.IOMMU_TEST_CMD),

        Plain(nameof(Vfio.VFIO_GET_API_VERSION), Vfio.VFIO_GET_API_VERSION),
        Plain(nameof(Vfio.VFIO_CHECK_EXTENSION), Vfio.VFIO_CHECK_EXTENSION),
        Plain(nameof(Vfio.VFIO_SET_IOMMU), Vfio.VFIO_SET_IOMMU),
        Of<vfio_iommu_type1_info>(nameof(Vfio.VFIO_IOMMU_GET_INFO), Vfio.VFIO_IOMMU_GET_INFO),
        Of<vfio_iommu_type1_dma_map>(nameof(Vfio.VFIO_IOMMU_MAP_DMA), Vfio.VFIO_IOMMU_MAP_DMA),
        Of<vfio_iommu_type1_dma_unmap>(nameof(Vfio.VFIO_IOMMU_UNMAP_DMA), Vfio.VFIO_IOMMU_UNMAP_DMA, "size"),
        Plain(nameof(Vfio.VFIO_IOMMU_ENABLE), Vfio.VFIO_IOMMU_ENABLE),
        Of<vfio_iommu_type1_dirty_bitmap>(nameof(Vfio.VFIO_IOMMU_DIRTY_PAGES), Vfio.VFIO_IOMMU_DIRTY_PAGES),

        Of<vfio_device_bind_iommufd>(nameof(Vfio.VFIO_DEVICE_BIND_IOMMUFD), Vfio.VFIO_DEVICE_BIND_IOMMUFD),
        Of<vfio_device_attach_iommufd_pt>(nameof(Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT), Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT, "pt_id"),
        Of<vfio_device_detach_iommufd_pt>(nameof(Vfio.VFIO_DEVICE_DETACH_IOMMUFD_PT), Vfio.VFIO_DEVICE_DETACH_IOMMUFD_PT),
        Of<vfio_device_info>(nameof(Vfio.VFIO_DEVICE_GET_INFO), Vfio.VFIO_DEVICE_GET_INFO, "num_regions"),
        Of<vfio_region_info>(nameof(Vfio.VFIO_DEVICE_GET_REGION_INFO), Vfio.VFIO_DEVICE_GET_REGION_INFO, "offset"),
        Of<vfio_irq_info>(nameof(Vfio.VFIO_DEVICE_GET_IRQ_INFO), Vfio.VFIO_DEVICE_GET_IRQ_INFO, "count"),
        Of<vfio_irq_set>(nameof(Vfio.VFIO_DEVICE_SET_IRQS), Vfio.VFIO_DEVICE_SET_IRQS),
        Plain(nameof(Vfio.VFIO_DEVICE_RESET), Vfio.VFIO_DEVICE_RESET),
        Of<vfio_pci_hot_reset_info>(nameof(Vfio.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO), Vfio.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, "count"),
        Of<vfio_pci_hot_reset>(nameof(Vfio.VFIO_DEVICE_PCI_HOT_RESET), Vfio.VFIO_DEVICE_PCI_HOT_RESET),
        Of<vfio_device_ioeventfd>(nameof(Vfio.VFIO_DEVICE_IOEVENTFD), Vfio.VFIO_DEVICE_IOEVENTFD),
        Of<vfio_device_feature>(nameof(Vfio.VFIO_DEVICE_FEATURE), Vfio.VFIO_DEVICE_FEATURE),
    }.ToDictionary(one => one.Name);

    /// <summary>The parts of the mock device's structure, by its operations, as far as they have one.</summary>
    private static readonly Dictionary<iommu_test_op, string> s_parts = new()
    {
        [iommu_test_op.IOMMU_TEST_OP_ADD_RESERVED] = nameof(iommu_test_cmd.add_reserved),
        [iommu_test_op.IOMMU_TEST_OP_MOCK_DOMAIN] = nameof(iommu_test_cmd.mock_domain),
        [iommu_test_op.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS] = nameof(iommu_test_cmd.mock_domain),
        [iommu_test_op.IOMMU_TEST_OP_MD_CHECK_MAP] = nameof(iommu_test_cmd.check_map),
        [iommu_test_op.IOMMU_TEST_OP_MD_CHECK_REFS] = nameof(iommu_test_cmd.check_refs),
        [iommu_test_op.IOMMU_TEST_OP_CREATE_ACCESS] = nameof(iommu_test_cmd.create_access),
        [iommu_test_op.IOMMU_TEST_OP_ACCESS_PAGES] = nameof(iommu_test_cmd.access_pages),
        [iommu_test_op.IOMMU_TEST_OP_ACCESS_RW] = nameof(iommu_test_cmd.access_rw),
        [iommu_test_op.IOMMU_TEST_OP_DIRTY] = nameof(iommu_test_cmd.dirty),
        [iommu_test_op.IOMMU_TEST_OP_MD_CHECK_IOTLB] = nameof(iommu_test_cmd.check_entry),
        [iommu_test_op.IOMMU_TEST_OP_DEV_CHECK_CACHE] = nameof(iommu_test_cmd.check_entry),
        [iommu_test_op.IOMMU_TEST_OP_TRIGGER_IOPF] = nameof(iommu_test_cmd.trigger_iopf),
        [iommu_test_op.IOMMU_TEST_OP_PASID_ATTACH] = nameof(iommu_test_cmd.pasid),
        [iommu_test_op.IOMMU_TEST_OP_PASID_REPLACE] = nameof(iommu_test_cmd.pasid),
        [iommu_test_op.IOMMU_TEST_OP_PASID_DETACH] = nameof(iommu_test_cmd.pasid),
        [iommu_test_op.IOMMU_TEST_OP_PASID_CHECK_HWPT] = nameof(iommu_test_cmd.pasid),
        [iommu_test_op.IOMMU_TEST_OP_DMABUF_GET] = nameof(iommu_test_cmd.dmabuf_get),
        [iommu_test_op.IOMMU_TEST_OP_DMABUF_REVOKE] = nameof(iommu_test_cmd.dmabuf_revoke),
    };

    /// <summary>The part of the struct that counts, where parts overlap; null otherwise.</summary>
    public string? Part { get; private init; }

    /// <summary>The mock device's operation.</summary>
    public iommu_test_op Operation { get; private init; }

    /// <summary>All of them.</summary>
    public static IEnumerable<CallShape> All => s_all.Values;

    /// <summary>The call of a name: IOMMU_ may be left off, and <c>TEST_NAME</c> is an operation of the mock device.</summary>
    public static CallShape? Find(string name)
    {
        if (s_all.TryGetValue(name, out CallShape? found) || s_all.TryGetValue("IOMMU_" + name, out found))
            return found;
        if (!name.StartsWith("TEST_", StringComparison.Ordinal) || !Enum.TryParse("IOMMU_TEST_OP_" + name[5..], out iommu_test_op operation))
            return null;
        string[] kept = operation is iommu_test_op.IOMMU_TEST_OP_PASID_ATTACH or iommu_test_op.IOMMU_TEST_OP_PASID_REPLACE ? ["pasid.pt_id"] : [];
        return s_all[nameof(iommu_test_cmd.IOMMU_TEST_CMD)] with
        {
            Name = name,
            Kept = kept,
            Part = s_parts.GetValueOrDefault(operation, ""),
            Operation = operation,
            GivesDescriptor = operation == iommu_test_op.IOMMU_TEST_OP_DMABUF_GET,
        };
    }

    /// <summary>The field that holds the size.</summary>
    public string SizeField => Field.Find(Struct!, "argsz") is null ? "size" : "argsz";

    /// <summary>Whether a field is one that the case can name, or an outcome can show, in this call.</summary>
    public bool Has(Field field) =>
        Part is null || (field.Name.Contains('.', StringComparison.Ordinal) ? field.Name.StartsWith(Part + ".", StringComparison.Ordinal) : field.Name != "operand" || Part.Length == 0);

    /// <summary>The fields that a case keeps.</summary>
    public IEnumerable<Field> KeptFields => Struct is null
        ? []
        : Kept.Length != 0
            ? Kept.Select(name => Field.Find(Struct, name)!)
            : Field.Of(Struct).Where(one => Has(one) && one.Name[(one.Name.IndexOf('.', StringComparison.Ordinal) + 1)..].StartsWith("out_", StringComparison.Ordinal));

    private static CallShape Of<T>(string name, uint number, params string[] kept)
        where T : unmanaged => new(name, number, typeof(T), kept);

    private static CallShape Plain(string name, uint number) => new(name, number, null, []);
}
