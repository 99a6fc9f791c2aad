using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Engine;

/// <summary>Many PASIDs by engine calls.</summary>
internal sealed class CallPasids : PasidRig
{
    private readonly BenchMemory _memory;
    private readonly IommuContext _context;
    private readonly BoundDevice _bound;

    public CallPasids(BenchMemory memory)
    {
        _memory = memory;
        IommuSystem system = new();
        _context = new IommuContext(system);
        PhysicalDevice device = new("wide", new RequesterId(1, 0, 0), new IommuGroup(system, 0, new MockIommu("mock0")), [])
        {
            PasidBits = Pasid.Bits, BusMaster = true,
        };
        Reason why = default;
        Rig.Must(_context.Bind(device, out BoundDevice? bound, ref why), in why);
        _bound = bound!;
        Port = device.OpenPort();
    }

    public override DmaPort Port { get; }

    public override void Add(uint pasid)
    {
        Ioas space = AllocateSpace();
        Map(space);
        Attach(pasid, AllocateTable(space));
    }

    public Ioas AllocateSpace()
    {
        Ioas space = _context.AllocateSpace();
        _context.Publish(space);
        return space;
    }

    public void Map(Ioas space)
    {
        Reason why = default;
        Rig.Must(_context.Map(space.Id, _memory, _memory.At(0), Rig.Page, new Iova(Mapped), AreaAccess.ReadWrite, false, out _, ref why), in why);
    }

    public PageTable AllocateTable(Ioas space)
    {
        Reason why = default;
        Rig.Must(_context.AllocateTable(_bound.Id, space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID, default, default, out PageTable? table, ref why), in why);
        _context.Publish(table!);
        return table!;
    }

    public void Attach(uint pasid, PageTable table)
    {
        Reason why = default;
        ObjectId id = table.Id;
        Rig.Must(_bound.Attach(new Pasid(pasid), ref id, ref why), in why);
    }

    public override void Close()
    {
        _bound.Unbind();
        _context.Release();
    }
}
