using System.Diagnostics;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Stress;

/// <summary>
/// Two threads that map and unmap, one that attaches, replaces and detaches, and three that do DMA, all against three address
/// spaces; <see cref="StressModel"/> judges. One device has PASIDs and page tables made for it, the other is attached to
/// address spaces as a whole, whose page tables come and go.
/// </summary>
internal sealed class StressRun
{
    private const int Mappers = 2, BlocksEach = 8;
    private const int Plain = StressModel.Requests; // the second device's requests, after those of the first

    private readonly Lab _lab = new();
    private readonly StressModel _model = new();
    private readonly StressMemory _memory = new(Mappers * BlocksEach);
    private readonly Ioas[] _spaces;
    private readonly PageTable[] _tables;
    private readonly PhysicalDevice _withPasids, _plain;
    private readonly BoundDevice _boundWithPasids, _boundPlain;
    private readonly List<Thread> _threads = [];
    private readonly long[] _counts = new long[Enum.GetValues<Event>().Length];
    private bool _stop;

    public StressRun(Omission omission)
    {
        Iommu iommu = new("dmar1", IommuType.Vtd) { Aperture = new AddressRange(0, Lab.ApertureLast), PasidBits = 20 };
        IommuGroup group = _lab.Group(iommu);
        _withPasids = new PhysicalDevice("0000:01:00.0", new RequesterId(1, 0, 0), group, []) { PasidBits = 20, BusMaster = true };
        _plain = _lab.Device();
        _boundWithPasids = _lab.Bind(_withPasids);
        _boundPlain = _lab.Bind(_plain);
        _spaces = [.. Enumerable.Range(0, StressModel.Spaces).Select(_ => _lab.Space())];
        _tables = [.. _spaces.Select(TableFor)];
        _lab.Context.Barrier.Omission = omission;
    }

    /// <summary>What must have happened for a run to count.</summary>
    public enum Event
    {
        Unmap,
        Attach,
        Replace,
        Detach,
        Read,
        Write,
        Abort,
    }

    public long CountOf(Event kind) => Volatile.Read(ref _counts[(int)kind]);

    /// <summary>Runs for some time, until everything has happened, or until something is seen that must not be.</summary>
    /// <returns>What was seen; null when all was well.</returns>
    public string? For(TimeSpan time)
    {
        for (int i = 0; i < Mappers; i++)
        {
            int mapper = i;
            Start(() => Map(mapper));
        }
        Start(Attach);
        Start(() => DoDma(_withPasids, 0, StressModel.Requests, seed: 1));
        Start(() => DoDma(_withPasids, 0, StressModel.Requests, seed: 2));
        Start(() => DoDma(_plain, Plain, 1, seed: 3));
        Stopwatch watch = Stopwatch.StartNew();
        while (_model.Violation is null && (watch.Elapsed < time || (watch.Elapsed < time + TimeSpan.FromMinutes(1) && !EverythingHappened)))
            Thread.Sleep(5);
        Volatile.Write(ref _stop, true);
        foreach (Thread thread in _threads)
        {
            if (!thread.Join(TimeSpan.FromMinutes(1)))
                _model.Report("a thread hangs");
        }

        return _model.Violation;
    }

    private bool EverythingHappened => Enum.GetValues<Event>().All(kind => CountOf(kind) != 0);

    private PageTable TableFor(Ioas space)
    {
        _lab.Succeed(_lab.Context.AllocateTable(
            _boundWithPasids.Id, space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID, default, default, out PageTable? table, ref _lab.Why));
        _lab.Context.Publish(table!);
        return table!;
    }

    private void Start(Action work)
    {
        Thread thread = new(() =>
        {
            try
            {
                work();
            }
            catch (Exception e) // a thread that ends early is a failure, not the end of the tests
            {
                _model.Report(e.ToString());
            }
        })
        {
            IsBackground = true,
        };
        _threads.Add(thread);
        thread.Start();
    }

    private bool Goes => !Volatile.Read(ref _stop) && _model.Violation is null;

    private void Happened(Event kind) => Interlocked.Increment(ref _counts[(int)kind]);

    /// <summary>Maps and unmaps the slots that are this thread's own, with memory that goes from slot to slot.</summary>
    private void Map(int mapper)
    {
        Random random = new(mapper);
        Queue<int> free = new(Enumerable.Range(mapper * BlocksEach, BlocksEach));
        foreach (int block in free)
            _memory.Words(block).Fill(StressModel.Poison);
        int[] mapped = new int[StressModel.Spaces * StressModel.Slots];
        Array.Fill(mapped, -1);
        while (Goes)
        {
            int space = random.Next(StressModel.Spaces), slot = random.Next(StressModel.Slots / Mappers) * Mappers + mapper;
            ref int block = ref mapped[space * StressModel.Slots + slot];
            if (block < 0)
                block = Map(space, slot, free);
            else
                free.Enqueue(Unmap(space, slot, ref block));
        }
    }

    private int Map(int space, int slot, Queue<int> free)
    {
        int block = free.Dequeue();
        Span<ulong> words = _memory.Words(block);
        int touched = words.IndexOfAnyExcept(StressModel.Poison);
        if (touched >= 0)
            _model.Report($"word {touched} of a block was written after its unmap had returned: {words[touched]:x}");
        words[..(words.Length / 2)].Fill(_model.Begin(space, slot));
        Reason why = default;
        Succeed(_lab.Context.Map(
            _spaces[space].Id, _memory, StressMemory.Address(block), StressMemory.Block, StressModel.IovaOf(slot), AreaAccess.ReadWrite, false,
            out _, ref why), in why);
        return block;
    }

    private int Unmap(int space, int slot, ref int block)
    {
        Reason why = default;
        Succeed(_lab.Context.Unmap(_spaces[space].Id, StressModel.IovaOf(slot), StressMemory.Block, out _, ref why), in why);
        _memory.Words(block).Fill(StressModel.Poison);
        _model.Unmapped(space, slot);
        Happened(Event.Unmap);
        int gone = block;
        block = -1;
        return gone;
    }

    private void Attach()
    {
        Random random = new(17);
        int[] current = new int[StressModel.Requests + 1];
        Array.Fill(current, -1);
        while (Goes)
        {
            int request = random.Next(current.Length), space = random.Next(StressModel.Spaces);
            bool detach = current[request] >= 0 && random.Next(4) == 0;
            BoundDevice device = request == Plain ? _boundPlain : _boundWithPasids;
            Pasid pasid = PasidOf(request);
            ObjectId id = request == Plain ? _spaces[space].Id : _tables[space].Id;
            Reason why = default;
            _model.Changing(request, detach ? 0 : 1 << space);
            if (detach)
                device.Detach(pasid);
            else if (current[request] >= 0)
                Succeed(device.Replace(pasid, ref id, ref why), in why);
            else
                Succeed(device.Attach(pasid, ref id, ref why), in why);
            Happened(detach ? Event.Detach : current[request] >= 0 ? Event.Replace : Event.Attach);
            current[request] = detach ? -1 : space;
            _model.Changed(request, detach ? 0 : 1 << space);
            Thread.Sleep(random.Next(2)); // DMA must come to something between two changes
        }
    }

    private void DoDma(PhysicalDevice device, int firstRequest, int requests, int seed)
    {
        DmaPort port = device.OpenPort();
        Random random = new(seed);
        byte[] bytes = new byte[StressMemory.Block / 2];
        while (Goes)
        {
            int request = firstRequest + random.Next(requests), slot = random.Next(StressModel.Slots);
            Iova iova = StressModel.IovaOf(slot);
            StressModel.Snapshot before = _model.Before(request);
            bool reads = random.Next(4) != 0;
            bool done;
            try
            {
                done = DoDma(port, PasidOf(request), iova, bytes, reads, asList: random.Next(2) == 0);
            }
            catch
            {
                port.Close(); // a race led into memory that is gone: nobody shall wait for this section
                throw;
            }

            if (done && reads)
                _model.Check(in before, request, slot, MemoryMarshal.Cast<byte, ulong>(bytes));
            Happened(!done ? Event.Abort : reads ? Event.Read : Event.Write);
        }
    }

    /// <summary>The first half of a block is read, the second is written.</summary>
    private static bool DoDma(DmaPort port, Pasid pasid, Iova block, byte[] bytes, bool reads, bool asList)
    {
        Iova at = reads ? block : new Iova(block.Value + StressMemory.Block / 2);
        if (asList)
        {
            DmaSegment all = new(at, bytes.Length); // one piece: what several read need not belong together
            return reads ? port.Gather(pasid, new(in all), bytes) : port.Scatter(pasid, new(in all), bytes);
        }

        return reads ? port.Read(pasid, at, bytes) : port.Write(pasid, at, bytes);
    }

    private static Pasid PasidOf(int request) => request is 0 or Plain ? Pasid.None : new Pasid((uint)request);

    private static void Succeed(Errno errno, in Reason why)
    {
        if (errno.Failed)
            throw new InvalidOperationException($"{errno}: {why}");
    }
}
