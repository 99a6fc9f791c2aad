using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>
/// The ioctls of <c>/dev/iommu</c>, a row each: the index of the API. Names, sizes and mandatory fields are those of
/// linux/iommufd.h; the handlers stand in the files named after their nouns.
/// </summary>
internal static unsafe class IommufdTable
{
    private const uint Base = IOMMU_DESTROY, LastOfApi = IOMMU_IOAS_NOIOMMU_GET_PA, Test = iommu_test_cmd.IOMMU_TEST_CMD;

    private static readonly IoctlRow[] s_rows = Order(
    [
        Row<iommu_destroy>(nameof(IOMMU_DESTROY), IOMMU_DESTROY, iommu_destroy.MinimumSize, &ObjectCalls.Destroy),
        Row<iommu_ioas_alloc>(nameof(IOMMU_IOAS_ALLOC), IOMMU_IOAS_ALLOC, iommu_ioas_alloc.MinimumSize, &SpaceCalls.Allocate, takesMemory: true),
        Row<iommu_ioas_allow_iovas>(nameof(IOMMU_IOAS_ALLOW_IOVAS), IOMMU_IOAS_ALLOW_IOVAS, iommu_ioas_allow_iovas.MinimumSize, &RangeCalls.Allow, takesMemory: true),
        Row<iommu_ioas_copy>(nameof(IOMMU_IOAS_COPY), IOMMU_IOAS_COPY, iommu_ioas_copy.MinimumSize, &SpaceCalls.Copy, takesMemory: true),
        Row<iommu_ioas_iova_ranges>(nameof(IOMMU_IOAS_IOVA_RANGES), IOMMU_IOAS_IOVA_RANGES, iommu_ioas_iova_ranges.MinimumSize, &RangeCalls.Query),
        Row<iommu_ioas_map>(nameof(IOMMU_IOAS_MAP), IOMMU_IOAS_MAP, iommu_ioas_map.MinimumSize, &SpaceCalls.Map, takesMemory: true),
        Row<iommu_ioas_unmap>(nameof(IOMMU_IOAS_UNMAP), IOMMU_IOAS_UNMAP, iommu_ioas_unmap.MinimumSize, &SpaceCalls.Unmap),
        Row<iommu_option>(nameof(IOMMU_OPTION), IOMMU_OPTION, iommu_option.MinimumSize, &OptionCalls.Option),
        Row<iommu_vfio_ioas>(nameof(IOMMU_VFIO_IOAS), IOMMU_VFIO_IOAS, iommu_vfio_ioas.MinimumSize, &SpaceCalls.Legacy),
        Row<iommu_hwpt_alloc>(nameof(IOMMU_HWPT_ALLOC), IOMMU_HWPT_ALLOC, iommu_hwpt_alloc.MinimumSize, &TableCalls.Allocate, takesMemory: true),
        Row<iommu_hw_info>(nameof(IOMMU_GET_HW_INFO), IOMMU_GET_HW_INFO, iommu_hw_info.MinimumSize, &DeviceCalls.HardwareInfo),
        Row<iommu_hwpt_set_dirty_tracking>(nameof(IOMMU_HWPT_SET_DIRTY_TRACKING), IOMMU_HWPT_SET_DIRTY_TRACKING, iommu_hwpt_set_dirty_tracking.MinimumSize, &DirtyCalls.SetTracking),
        Row<iommu_hwpt_get_dirty_bitmap>(nameof(IOMMU_HWPT_GET_DIRTY_BITMAP), IOMMU_HWPT_GET_DIRTY_BITMAP, iommu_hwpt_get_dirty_bitmap.MinimumSize, &DirtyCalls.GetBitmap),
        Row<iommu_hwpt_invalidate>(nameof(IOMMU_HWPT_INVALIDATE), IOMMU_HWPT_INVALIDATE, iommu_hwpt_invalidate.MinimumSize, &TableCalls.Invalidate),
        Row<iommu_fault_alloc>(nameof(IOMMU_FAULT_QUEUE_ALLOC), IOMMU_FAULT_QUEUE_ALLOC, iommu_fault_alloc.MinimumSize, &FaultCalls.Allocate, takesMemory: true),
        Row<iommu_ioas_map_file>(nameof(IOMMU_IOAS_MAP_FILE), IOMMU_IOAS_MAP_FILE, iommu_ioas_map_file.MinimumSize, &FileCalls.Map, takesMemory: true),
        Row<iommu_viommu_alloc>(nameof(IOMMU_VIOMMU_ALLOC), IOMMU_VIOMMU_ALLOC, iommu_viommu_alloc.MinimumSize, &VirtualCalls.AllocateIommu, takesMemory: true),
        Row<iommu_vdevice_alloc>(nameof(IOMMU_VDEVICE_ALLOC), IOMMU_VDEVICE_ALLOC, iommu_vdevice_alloc.MinimumSize, &VirtualCalls.AllocateDevice, takesMemory: true),
        Row<iommu_ioas_change_process>(nameof(IOMMU_IOAS_CHANGE_PROCESS), IOMMU_IOAS_CHANGE_PROCESS, iommu_ioas_change_process.MinimumSize, &FileCalls.ChangeProcess),
        Row<iommu_veventq_alloc>(nameof(IOMMU_VEVENTQ_ALLOC), IOMMU_VEVENTQ_ALLOC, iommu_veventq_alloc.MinimumSize, &VirtualCalls.AllocateEventQueue, takesMemory: true),
        Row<iommu_hw_queue_alloc>(nameof(IOMMU_HW_QUEUE_ALLOC), IOMMU_HW_QUEUE_ALLOC, iommu_hw_queue_alloc.MinimumSize, &VirtualCalls.AllocateHardwareQueue, takesMemory: true),
        Row<iommu_ioas_noiommu_get_pa>(nameof(IOMMU_IOAS_NOIOMMU_GET_PA), IOMMU_IOAS_NOIOMMU_GET_PA, iommu_ioas_noiommu_get_pa.MinimumSize, &FileCalls.FindPhysical),
        Row<iommu_test_cmd>(nameof(iommu_test_cmd.IOMMU_TEST_CMD), Test, iommu_test_cmd.MinimumSize, &MockCalls.Test),
    ]);

    /// <summary>The largest structure, in bytes.</summary>
    public const int LargestStructure = 128;

    public static ReadOnlySpan<IoctlRow> Rows => s_rows;

    /// <summary>Whether the last byte of a request number lies in this table's range (there may be a hole).</summary>
    /// <param name="command">The request number.</param>
    /// <param name="mock">The machine has a mock IOMMU, and so the test calls.</param>
    public static bool Covers(uint command, bool mock) =>
        (command & 0xff) - (Base & 0xff) < (uint)(mock ? s_rows.Length : s_rows.Length - (int)(Test - LastOfApi));

    /// <summary>The row of a request number that is covered; a hole when nothing has exactly this number.</summary>
    public static ref readonly IoctlRow Find(uint command)
    {
        ref readonly IoctlRow row = ref s_rows[(command & 0xff) - (Base & 0xff)];
        if (row.Number == command)
            return ref row;
        return ref s_hole[0];
    }

    private static readonly IoctlRow[] s_hole = new IoctlRow[1];

    private static IoctlRow Row<T>(
        string name, uint number, int minimumSize, delegate*<ref IoctlCall, ref Reason, Errno> handler, bool takesMemory = false)
        where T : unmanaged => new(name, number, Unsafe.SizeOf<T>(), minimumSize, handler, takesMemory);

    private static IoctlRow[] Order(IoctlRow[] rows)
    {
        IoctlRow[] ordered = new IoctlRow[rows.Max(row => row.Number) - Base + 1];
        foreach (IoctlRow row in rows)
            ordered[row.Number - Base] = row;
        return ordered;
    }
}
