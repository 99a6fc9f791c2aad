using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Engine;

/// <summary>
/// IOMMU_HWPT_GET_DIRTY_BITMAP as a whole ioctl, of 1 GiB and of 1 TiB of IOVA, clean, sparse (a page in 1,000) and dense, beside a
/// memset of the bitmap; and what tracking adds to a DMA.
/// </summary>
internal static class DirtySuite
{
    private const ulong Page = 4096;
    private const ulong Start = 1ul << 40;
    private const ulong BitmapAt = 4096;

    /// <summary>Calls in a row of what is too short for the clock.</summary>
    private static int Repeats(ulong length) => length <= 1ul << 30 ? 64 : 1;

    public static void Run()
    {
        using BenchMemory memory = new(64ul << 20);
        Console.WriteLine("dirty bitmap: µs a call");
        Console.WriteLine($"{"range",6} {"memset",9} {"clean",9} {"sparse",9} {"dense",9} {"dense, cleared",15}");
        Measure(memory, 1ul << 30, "1 GiB");
        Measure(memory, 1ul << 40, "1 TiB");
        Writes(memory);
    }

    private static void Measure(BenchMemory memory, ulong length, string name)
    {
        ulong bytes = length / Page / 8;
        double memset = Stopwatches.Best(Repeats(length), () =>
        {
            for (int i = 0; i < Repeats(length); i++)
                memory.Bytes(BitmapAt, (int)bytes).Clear();
        });
        (IommufdFile file, HwPageTable table, _) = Open(memory, length);
        BenchCaller caller = new(memory);
        double clean = Get(file, caller, memory, table, length);
        for (ulong page = 0; page < length / Page; page += 1000)
            Mark(file.Context, table, page, [1]);
        double sparse = Get(file, caller, memory, table, length);
        byte[] all = new byte[4096];
        all.AsSpan().Fill(0xff);
        MarkAll(file.Context, table, length, all);
        double dense = Get(file, caller, memory, table, length);
        double cleared = double.NaN;
        if (length <= 1ul << 30) // marking a terabyte again and again takes too long
            cleared = Stopwatches.BestOf(1, () => MarkAll(file.Context, table, length, all), () => Call(file, caller, memory, table, length, clear: true))[1];
        Console.WriteLine(
            $"{name,6} {memset / 1000,9:f2} {clean / 1000,9:f2} {sparse / 1000,9:f1} {dense / 1000,9:f1} {cleared / 1000,15:f1}");
    }

    /// <summary>DMA writes of 64 bytes to random pages of 64 MiB, with and without tracking.</summary>
    private static void Writes(BenchMemory memory)
    {
        const int Batch = 1024;
        (IommufdFile file, HwPageTable table, DmaPort port) = Open(memory, 64ul << 20);
        Random random = new(1);
        ulong[] places = [.. Enumerable.Range(0, Batch).Select(_ => Start + (ulong)random.Next(16384) * Page)];
        byte[] bytes = new byte[64];
        void Write()
        {
            foreach (ulong place in places)
            {
                if (!port.Write(new Iova(place), bytes))
                    throw new InvalidOperationException("a DMA was aborted");
            }
        }

        double on = Stopwatches.Best(Batch, Write);
        Reason why = default;
        Must(file.Context.SetDirtyTracking(table.Id, false, ref why), why);
        double off = Stopwatches.Best(Batch, Write);
        Console.WriteLine($"DMA write of 64 bytes, ns: {off:f1} without tracking, {on:f1} with");
    }

    private static double Get(IommufdFile file, BenchCaller caller, BenchMemory memory, HwPageTable table, ulong length) =>
        Stopwatches.Best(Repeats(length), () =>
        {
            for (int i = 0; i < Repeats(length); i++)
                Call(file, caller, memory, table, length, clear: false);
        });

    private static void Call(IommufdFile file, BenchCaller caller, BenchMemory memory, HwPageTable table, ulong length, bool clear)
    {
        iommu_hwpt_get_dirty_bitmap cmd = new()
        {
            size = 48, hwpt_id = table.Id.Value, iova = Start, length = length, page_size = Page, data = memory.At(BitmapAt).Value,
            flags = clear ? 0 : iommufd_hwpt_get_dirty_bitmap_flags.IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
        };
        MemoryMarshal.Write(memory.Bytes(0, 48), in cmd);
        Reason why = default;
        Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP, memory.At(0).Value, out _, ref why), why);
    }

    private static void MarkAll(IommuContext context, HwPageTable table, ulong length, byte[] all)
    {
        for (ulong page = 0; page < length / Page; page += (ulong)all.Length * 8)
            Mark(context, table, page, all);
    }

    private static void Mark(IommuContext context, HwPageTable table, ulong page, ReadOnlySpan<byte> bits)
    {
        if (context.MarkMockDirty(table.Id, new Iova(Start + page * Page), Page, bits) == 0)
            throw new InvalidOperationException("nothing was marked");
    }

    /// <summary>A device of the mock IOMMU on a table of its large format, tracking, with one area.</summary>
    private static (IommufdFile File, HwPageTable Table, DmaPort Port) Open(BenchMemory memory, ulong length)
    {
        Reason why = default;
        MockIommu iommu = new("mock0");
        IommufdFile file = new(new IommuContext(new Ioasis.Engine.Hardware.IommuSystem()), iommu);
        Ioas space = file.Context.AllocateSpace();
        file.Context.Publish(space);
        ObjectId id = space.Id;
        Must(file.Context.CreateMockDevice(iommu, true, false, ref id, out MockDevice? device, ref why), why);
        file.Context.Publish(device!);
        iommu_hwpt_selftest format = new() { pagetable_type = mock_iommupt.MOCK_IOMMUPT_HUGE };
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_hwpt_selftest>(in format));
        Ioas wide = file.Context.AllocateSpace();
        file.Context.Publish(wide);
        Must(
            file.Context.AllocateTable(
                device!.Bound.Id, wide.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING, default,
                new UserData(MockFormat.TableData, 0, (uint)bytes.Length, bytes), out PageTable? table, ref why),
            why);
        file.Context.Publish(table!);
        id = table!.Id;
        Must(device.Bound.Replace(Pasid.None, ref id, ref why), why);
        Must(
            file.Context.Map(wide.Id, memory, memory.At(0), length, new Iova(Start), AreaAccess.ReadWrite, false, out _, ref why), why);
        Must(file.Context.SetDirtyTracking(table.Id, true, ref why), why);
        return (file, (HwPageTable)table, device.Device.OpenPort());
    }

    private static void Must(Errno errno, Reason why)
    {
        if (errno.Failed)
            throw new InvalidOperationException($"{errno}: {why}");
    }
}
