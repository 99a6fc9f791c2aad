using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Engine;

/// <summary>A device in a vIOMMU, whose events go to an event queue.</summary>
internal sealed class EventDesk : IDisposable
{
    private readonly IommuContext _context;
    private readonly BoundDevice _bound;

    /// <param name="depth">How many events wait at most.</param>
    public EventDesk(uint depth)
    {
        IommuSystem system = new();
        _context = new IommuContext(system);
        PhysicalDevice device = new("eventful", new RequesterId(1, 0, 0), new IommuGroup(system, 0, new MockIommu("mock0")), []);
        Reason why = default;
        Rig.Must(_context.Bind(device, out BoundDevice? bound, ref why), in why);
        _bound = bound!;
        Ioas space = _context.AllocateSpace();
        _context.Publish(space);
        PageTable parent = Allocate(space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_NEST_PARENT, default);
        Rig.Must(_context.AllocateVirtualIommu(_bound.Id, parent.Id, MockFormat.VirtualType, default, out VirtualIommu? virtualIommu, ref why), in why);
        _context.Publish(virtualIommu!);
        Rig.Must(_context.AllocateVirtualDevice(virtualIommu!.Id, _bound.Id, virtualId: 7, out VirtualDevice? virtualDevice, ref why), in why);
        _context.Publish(virtualDevice!);
        Rig.Must(_context.AllocateEventQueue(virtualIommu.Id, MockFormat.EventType, depth, out EventQueue? queue, ref why), in why);
        _context.Publish(queue!);
        Queue = queue!;

        iommu_hwpt_selftest nested = default;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_hwpt_selftest>(in nested));
        ObjectId table = Allocate(virtualIommu.Id, 0, new UserData(MockFormat.TableData, 0, (uint)bytes.Length, bytes)).Id;
        Rig.Must(_bound.Attach(Pasid.None, ref table, ref why), in why);
    }

    public EventQueue Queue { get; }

    public void Send()
    {
        Reason why = default;
        Rig.Must(_context.SendMockEvent(_bound.Id, ref why), in why);
    }

    public void Dispose()
    {
        _bound.Unbind();
        _context.Release();
    }

    private PageTable Allocate(ObjectId parent, iommufd_hwpt_alloc_flags flags, in UserData data)
    {
        Reason why = default;
        Rig.Must(_context.AllocateTable(_bound.Id, parent, flags, default, in data, out PageTable? table, ref why), in why);
        _context.Publish(table!);
        return table!;
    }
}
