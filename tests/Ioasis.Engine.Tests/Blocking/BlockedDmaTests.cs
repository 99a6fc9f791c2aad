using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Blocking;

/// <summary>DMA that is stuck in memory that does not come: who takes its translation away waits, and nobody else.</summary>
public sealed class BlockedDmaTests : IDisposable
{
    private const ulong Page = FakeMemory.Page, Where = 0x100000, Elsewhere = 0x200000;

    private readonly Lab _lab = new();
    private readonly BlockingMemory _blocking = new();
    private readonly PhysicalDevice _device;
    private readonly DmaPort _port;
    private readonly BoundDevice _bound;
    private readonly Ioas _space;

    public BlockedDmaTests()
    {
        _device = _lab.Device();
        _port = _device.OpenPort();
        _bound = _lab.Bind(_device);
        _space = _lab.Space();
        _lab.Attach(_bound, _space);
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _blocking, 0, Page, Where));
    }

    public void Dispose() => _blocking.Dispose();

    [Fact]
    public void AnUnmapWaitsForItAndKeepsThePlaceUntilThen()
    {
        using Started dma = StuckDma();
        using Started unmap = new(() => _lab.TryUnmap(_space, Where, Page, out _));
        SpinWait.SpinUntil(() => _lab.TryCopy(_space, Where, Page, _space, Elsewhere) == ErrnoCode.ENOENT); // it has left the map
        FakeMemory memory = new(4);
        Assert.Equal(ErrnoCode.EEXIST, TryMap(memory, Where));
        Assert.Equal((ErrnoCode.EBUSY, ReasonCode.UnmapUnderWay), (TryUnmap(out Reason why), why.Code));
        Assert.Equal(ErrnoCode.EBUSY, Destroy(_space));
        Assert.Equal(ErrnoCode.None, TryMap(memory, Elsewhere));
        Assert.False(unmap.HasEnded);
        Assert.Equal(1u, _blocking.Owner.User.Pages);
        _blocking.Serve();
        Assert.Equal(ErrnoCode.None, unmap.End());
        Assert.Equal(ErrnoCode.None, dma.End());
        Assert.Equal(0u, _blocking.Owner.User.Pages);
        Assert.Equal(ErrnoCode.None, TryMap(memory, Where));
    }

    [Fact]
    public void AnUnmapGivesUpWhenTheDeviceIsClosedAndTheDeviceIsFree()
    {
        using Started dma = StuckDma();
        ulong unmapped = 0;
        using Started unmap = new(() => _lab.TryUnmap(_space, 0, ulong.MaxValue, out unmapped));
        SpinWait.SpinUntil(() => _space.AreaCount == 1 && !_space.TryTranslate(Where, out _, out _, out _));
        _lab.Context.Release(); // the file, and then the device's
        _bound.Unbind();
        Assert.Equal(ErrnoCode.None, unmap.End());
        Assert.Equal(Page, unmapped);
        Assert.Equal((0, 0ul), (_lab.System.OpenContexts, _blocking.Owner.User.Pages));
    }

    [Fact]
    public void TheNextOwnerDoesNotWaitForIt()
    {
        using Started dma = StuckDma();
        using Started close = new(() =>
        {
            _bound.Unbind();
            return ErrnoCode.None;
        });
        SpinWait.SpinUntil(() => _device.Bound is null);
        IommuContext next = new(_lab.System);
        Reason why = default;
        Assert.True(next.Bind(_device, out BoundDevice? bound, ref why).Succeeded, why.ToString());
        Ioas space = next.AllocateSpace();
        next.Publish(space);
        ObjectId table = space.Id;
        Assert.True(bound!.Attach(Pasid.None, ref table, ref why).Succeeded, why.ToString());
        FakeMemory memory = new(4);
        Assert.True(next.Map(space.Id, memory, memory.Address(), Page, new Iova(Where), AreaAccess.ReadWrite, false, out _, ref why).Succeeded);
        Assert.True(next.Unmap(space.Id, new Iova(Where), Page, out ulong unmapped, ref why).Succeeded);
        Assert.Equal(Page, unmapped);
        bound.Detach(Pasid.None);
        Assert.Equal(ErrnoCode.None, close.End());
        Assert.False(dma.HasEnded);
    }

    [Fact]
    public void WhatItUsesIsNotUsedAgainAfterADetachThatHasGivenUp()
    {
        using Started dma = StuckDma();
        _bound.Detach(Pasid.None);
        Assert.Equal(0u, _blocking.Owner.User.Pages);
        Assert.Equal(Page, _lab.Unmap(_space, Where, Page));
        FakeMemory memory = new(64);
        for (ulong i = 0; i < 64; i++)
            _lab.Map(_space, memory, i * Page, Page, Where + i * Page);
        _blocking.Serve();
        Assert.Equal(ErrnoCode.None, dma.End());
        Assert.Equal(64 * Page, _lab.Unmap(_space, 0, ulong.MaxValue));
        _lab.Map(_space, memory, 0, Page, Where);
    }

    [Fact]
    public void ADetachOfAnAccessDoesNotWaitForEverAndOthersNotAtAll()
    {
        Reason why = default;
        _lab.Succeed(_lab.Context.CreateAccess(_space.Id, false, null, out Access? access, ref why));
        _blocking.Block();
        using Started copy = new(() =>
        {
            Reason unused = default;
            return access!.Write(new Iova(Where), new byte[8], ref unused).Code;
        });
        _blocking.AwaitVictim();
        using Started unmap = new(() => _lab.TryUnmap(_space, Where, Page, out _));
        SpinWait.SpinUntil(() => !_space.TryTranslate(Where, out _, out _, out _));
        Assert.Equal(ErrnoCode.None, TryMap(new FakeMemory(4), Elsewhere));
        Assert.False(unmap.HasEnded);
        access!.Detach();
        Assert.Equal(ErrnoCode.None, unmap.End());
        Assert.False(copy.HasEnded);
    }

    private Started StuckDma()
    {
        _blocking.Block();
        Started dma = new(() =>
        {
            _port.Write(new Iova(Where), new byte[64]);
            return ErrnoCode.None;
        });
        _blocking.AwaitVictim();
        return dma;
    }

    // Not the lab's: its reason is that of the thread that unmaps.
    private ErrnoCode TryMap(FakeMemory memory, ulong iova)
    {
        Reason why = default;
        return _lab.Context.Map(_space.Id, memory, memory.Address(), Page, new Iova(iova), AreaAccess.ReadWrite, false, out _, ref why).Code;
    }

    private ErrnoCode TryUnmap(out Reason why)
    {
        why = default;
        return _lab.Context.Unmap(_space.Id, new Iova(Where), Page, out _, ref why).Code;
    }

    private ErrnoCode Destroy(EngineObject o)
    {
        Reason why = default;
        return _lab.Context.Destroy(o.Id, ref why).Code;
    }
}
