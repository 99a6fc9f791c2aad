using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Engine;

/// <summary>A device that sends page requests to a queue.</summary>
internal sealed class FaultDesk : IDisposable
{
    private readonly BenchMemory _memory = new(1 << 20);
    private readonly IommuContext _context;
    private readonly BoundDevice _bound;
    private readonly Ioas _space;

    public FaultDesk()
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

    /// <summary>The device asks for a page.</summary>
    public void Request()
    {
        PageRequest request = new(default, 1, iommu_hwpt_pgfault_perm.IOMMU_PGFAULT_PERM_READ, MockFormat.ApertureFirst, IsLast: true);
        if (!Device.TryRequest(in request, out _))
            throw new InvalidOperationException("nobody takes page requests");
    }

    /// <summary>The user reads what the device asked for.</summary>
    public PageRequestGroup Take()
    {
        Queue.TryTake(1, out PageRequestGroup? group, out _);
        Queue.Done(group!);
        return group!;
    }

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
