using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Suites;

/// <summary>IOMMU_HWPT_GET_DIRTY_BITMAP, dispatched, beside memset of the bitmap.</summary>
internal static unsafe class DirtySuite
{
    private const ulong GiB = 1ul << 30;

    public static IEnumerable<Trial> Trials()
    {
        foreach (string how in new[] { "clean", "sparse", "dense" })
        {
            yield return new Trial($"dirty/1GiB/{how}", session => Read(session, GiB, "1 GiB", how));
            yield return new Trial($"dirty/1TiB/{how}", session => Read(session, Rig.TiB, "1 TiB", how)) { IsLong = how == "dense" };
        }
    }

    private static void Read(Session session, ulong size, string sizeText, string how)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        PhysicalDevice device = new(
            "tracked", new RequesterId(1, 0, 0), new IommuGroup(rig.System, 9, new Iommu("dmar1", IommuType.Vtd) { DirtyTracking = true, Aperture = new AddressRange(0, (1ul << 47) - 1) }), [])
        {
            BusMaster = true,
        };
        BoundDevice bound = rig.Bind(device);
        Reason why = default;
        Rig.Must(rig.Context.AllocateTable(
            bound.Id, rig.Space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING, default, default, out PageTable? table, ref why), in why);
        rig.Context.Publish(table!);
        ObjectId id = table!.Id;
        Rig.Must(bound.Attach(Pasid.None, ref id, ref why), in why);
        rig.Map(0, size);
        Rig.Must(rig.Context.SetDirtyTracking(table.Id, true, ref why), in why);

        ulong pages = size / Rig.Page;
        nuint bytes = (nuint)(pages / 8);
        byte* bitmap = (byte*)NativeMemory.AllocZeroed(bytes);
        DmaPort port = device.OpenPort();
        ulong step = how switch { "clean" => pages, "sparse" => 1000, _ => 1 };
        IommufdFile file = new(rig.Context);
        LocalCaller caller = new(memory);
        iommu_hwpt_get_dirty_bitmap cmd = new()
        {
            size = (uint)sizeof(iommu_hwpt_get_dirty_bitmap), hwpt_id = table.Id.Value, length = size, page_size = Rig.Page, data = (ulong)bitmap,
            flags = (iommufd_hwpt_get_dirty_bitmap_flags)1, // NO_CLEAR: the next round finds the same
        };
        if (how != "clean")
        {
            // A write of one byte a page, over memory that one small block stands for.
            for (ulong page = 0; page < pages; page += step)
                port.MarkForBench(page * Rig.Page);
        }

        ulong at = (ulong)&cmd;
        double[] best = session.BestOf(1, () =>
        {
            Reason inner = default;
            Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP, at, out _, ref inner), in inner);
        }, () => NativeMemory.Clear(bitmap, bytes));
        NativeMemory.Free(bitmap);
        bound.Unbind();
        session.Add("", $"dirty bitmap of {sizeText} ({bytes >> 10:n0} KiB), {how}", "ns", best[0], null, new Yardstick("memset of it", best[1]));
    }
}
