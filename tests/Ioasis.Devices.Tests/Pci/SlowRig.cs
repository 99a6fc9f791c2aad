using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Devices.Tests.Pci;

/// <summary>A device that is attached to an address space with 64 KiB of slow memory from IOVA 0 on.</summary>
internal sealed class SlowRig
{
    private readonly IommuContext _context;
    private readonly ObjectId _space;

    public SlowRig()
    {
        Reason why = default;
        _context = new IommuContext(Device.Group.System);
        Assert.True(_context.Bind(Device, out BoundDevice? bound, ref why).Succeeded);
        Ioas space = _context.AllocateSpace();
        _context.Publish(space);
        _space = space.Id;
        Assert.True(_context.Map(
            _space, Memory, new HostAddress(0x10000), 0x10000, new Iova(0), AreaAccess.ReadWrite, true, out _, ref why).Succeeded);
        ObjectId table = _space;
        Assert.True(bound!.AttachOrReplace(Pasid.None, ref table, ref why).Succeeded, why.ToString());
    }

    public SlowMemory Memory { get; } = new();

    public PhysicalDevice Device { get; } = TestPhysical.Create();

    public void UnmapAll()
    {
        Reason why = default;
        Assert.True(_context.Unmap(_space, new Iova(0), ulong.MaxValue, out _, ref why).Succeeded, why.ToString());
    }
}
