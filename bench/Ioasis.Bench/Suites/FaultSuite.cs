using Ioasis.Abi;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Suites;

/// <summary>A page request on its way to the user and back.</summary>
internal static class FaultSuite
{
    public static IEnumerable<Trial> Trials() => [new("fault/alone", Alone), new("fault/dma", RoundTrip)];

    /// <summary>Request, read, answer, on one thread: what the mechanism costs without waking anybody.</summary>
    private static void Alone(Session session)
    {
        const int count = 256;
        using Desk desk = new();
        PageRequest request = new(default, 1, iommu_hwpt_pgfault_perm.IOMMU_PGFAULT_PERM_READ, MockFormat.ApertureFirst, IsLast: true);
        double best = session.Best(count, () =>
        {
            for (int i = 0; i < count; i++)
            {
                desk.Device.TryRequest(in request, out _);
                desk.Queue.TryTake(1, out PageRequestGroup? group, out _);
                desk.Queue.Done(group!);
                desk.Queue.Answer(group!.Cookie, PageResponse.Success);
            }
        });
        session.Add("", "page request, read, answered, one thread", "ns", best, Goal.AtMost(1000));
    }

    /// <summary>A DMA that faults, with a second thread that maps the page and answers: the whole way.</summary>
    private static void RoundTrip(Session session)
    {
        if (Environment.ProcessorCount < 2)
        {
            session.Skip("", "DMA with a page fault, two threads", "one processor");
            return;
        }

        const int count = 64;
        using Desk desk = new();
        using CancellationTokenSource stop = new();
        Thread user = new(() =>
        {
            Processors.Pin(1);
            while (!stop.IsCancellationRequested)
            {
                if (!desk.Queue.IsReadable || !desk.Queue.TryTake(1, out PageRequestGroup? group, out _))
                    continue;
                desk.Queue.Done(group!);
                desk.Map();
                desk.Queue.Answer(group!.Cookie, PageResponse.Success);
            }
        });
        user.Start();
        byte[] bytes = new byte[8];
        DmaPort port = desk.Device.OpenPort();
        double best = session.Best(count, () =>
        {
            for (int i = 0; i < count; i++)
            {
                if (!port.Read(new Iova(MockFormat.ApertureFirst), bytes))
                    throw new InvalidOperationException("aborted");
                desk.Unmap();
            }
        });
        stop.Cancel();
        user.Join();
        session.Add("", "DMA with a page fault: request, read, map, answer, retry, unmap; two threads", "ns", best, Goal.AtMost(1000));
    }

    /// <summary>A device that sends page requests to a queue.</summary>
    private sealed class Desk : IDisposable
    {
        private readonly BenchMemory _memory = new(1 << 20);
        private readonly IommuContext _context;
        private readonly BoundDevice _bound;
        private readonly Ioas _space;

        public Desk()
        {
            IommuSystem system = new();
            _context = new IommuContext(system);
            Device = new PhysicalDevice("faulting", new RequesterId(1, 0, 0), new IommuGroup(system, 0, new MockIommu("mock0")), [])
            {
                PageRequests = true, BusMaster = true,
            };
            Reason why = default;
            Rig.Must(_context.Bind(Device, out BoundDevice? bound, ref why), in why);
            _bound = bound!;
            _space = _context.AllocateSpace();
            _context.Publish(_space);
            Queue = _context.AllocateFaultQueue();
            _context.Publish(Queue);
            Rig.Must(_context.AllocateTable(
                _bound.Id, _space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID, Queue.Id, default, out PageTable? table, ref why), in why);
            _context.Publish(table!);
            ObjectId id = table!.Id;
            Rig.Must(_bound.Attach(Pasid.None, ref id, ref why), in why);
        }

        public PhysicalDevice Device { get; }

        public FaultQueue Queue { get; }

        public void Map()
        {
            Reason why = default;
            Rig.Must(_context.Map(_space.Id, _memory, _memory.At(0), Rig.Page, new Iova(MockFormat.ApertureFirst), AreaAccess.ReadWrite, false, out _, ref why), in why);
        }

        public void Unmap()
        {
            Reason why = default;
            Rig.Must(_context.Unmap(_space.Id, new Iova(MockFormat.ApertureFirst), Rig.Page, out _, ref why), in why);
        }

        public void Dispose()
        {
            _bound.Unbind();
            _context.Release();
            _memory.Dispose();
        }
    }
}
