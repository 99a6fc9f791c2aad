using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
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
        Rig.Must(rig.Context.Map(rig.Space.Id, new NoMemory(memory.Owner), new HostAddress(Rig.TiB), size, new Iova(0), AreaAccess.ReadWrite, true, out _, ref why), in why);
        Rig.Must(rig.Context.SetDirtyTracking(table.Id, true, ref why), in why);

        ulong pages = size / Rig.Page;
        nuint bytes = (nuint)(pages / 8);
        byte* bitmap = (byte*)NativeMemory.AllocZeroed(bytes);
        const ulong step = 1000;
        IommufdFile file = new(rig.Context);
        LocalCaller caller = new(memory);
        iommu_hwpt_get_dirty_bitmap cmd = new()
        {
            size = (uint)sizeof(iommu_hwpt_get_dirty_bitmap), hwpt_id = table.Id.Value, length = size, page_size = Rig.Page, data = (ulong)bitmap,
            flags = (iommufd_hwpt_get_dirty_bitmap_flags)1, // NO_CLEAR: the next round finds the same
        };
        if (how != "clean")
        {
            DmaPort port = device.OpenPort();
            for (ulong page = 0; page < pages; page += how == "dense" ? 1 : step)
            {
                if (!port.Write(new Iova(page * Rig.Page), [1]))
                    throw new InvalidOperationException("aborted");
            }
        }

        ulong at = (ulong)&cmd;
        double[] best = session.BestOfEach(1, () =>
        {
            Reason inner = default;
            Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP, at, out _, ref inner), in inner);
        }, () => NativeMemory.Clear(bitmap, bytes));
        NativeMemory.Free(bitmap);
        bound.Unbind();
        session.Add("", $"dirty bitmap of {sizeText} ({bytes >> 10:n0} KiB), {how}", "ns", best[0], null, new Yardstick("memset of it", best[1]));
    }

    /// <summary>Takes what devices write, and keeps nothing: a terabyte is not there.</summary>
    private sealed class NoMemory(PinOwner owner) : ClientMemory(owner)
    {
        public override bool IsAlive => true;

        public override int Read(HostAddress from, Span<byte> into) => into.Length;

        public override int Write(HostAddress to, ReadOnlySpan<byte> from) => from.Length;

        public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
        {
            shared = null;
            return Errno.Success;
        }
    }
}
