using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Objects;

/// <summary>Who pays for what a context holds, and that it is given back.</summary>
public sealed class ContextMemoryTests
{
    private readonly Lab _lab = new();
    private readonly EngineMemory _payer = new(16 << 20);
    private Reason _why;

    [Fact]
    public void WhoPassesTheLimitIsRefusedUntilSomethingIsGivenBack()
    {
        Assert.True(_lab.Context.CheckMemory(_payer, ref _why).Succeeded);
        Ioas space = _lab.Space();
        FakeMemory memory = new(1);
        ulong mapped = 0;
        while (Check())
            _lab.Map(space, memory, 0, FakeMemory.Page, mapped++ * 0x2000);
        Assert.Equal((ReasonCode.EngineMemoryLimit, (ulong)_payer.Bytes, 16ul << 20), (_why.Code, _why.A, _why.B));
        Assert.InRange(mapped, 50_000u, 300_000u); // 56 to 330 bytes each
        _lab.Unmap(space, 0, ulong.MaxValue);
        Assert.True(Check());
        Assert.InRange(_payer.Bytes, 0, 256 << 10);
    }

    [Fact]
    public void ObjectsCountAndAreGivenBackOneByOne()
    {
        Assert.True(_lab.Context.CheckMemory(_payer, ref _why).Succeeded);
        List<Ioas> spaces = [];
        while (Check())
            spaces.Add(_lab.Space());
        Assert.InRange(spaces.Count, 20_000, 100_000);
        foreach (Ioas space in spaces)
            Assert.Equal(ErrnoCode.None, _lab.Destroy(space));
        Assert.True(Check());
        Assert.InRange(_payer.Bytes, 0, 256 << 10);
    }

    [Fact]
    public void AListOfAllowedRangesCounts()
    {
        Assert.True(_lab.Context.CheckMemory(_payer, ref _why).Succeeded);
        Ioas space = _lab.Space();
        AddressRange[] allowed = [.. Enumerable.Range(0, 1 << 20).Select(i => new AddressRange((ulong)i << 14, ((ulong)i << 14) + 4095))];
        Assert.True(_lab.Context.Allow(space.Id, allowed, ref _why).Succeeded);
        Assert.False(Check());
        Assert.Equal(ErrnoCode.None, _lab.Destroy(space));
        Assert.True(Check());
    }

    [Fact]
    public void AClosedContextOwesNothing()
    {
        IommuContext context = new(new IommuSystem());
        Assert.True(context.CheckMemory(_payer, ref _why).Succeeded);
        for (int i = 0; i < 1000; i++)
            context.Publish(context.AllocateSpace());
        context.SettleMemory();
        Assert.InRange(_payer.Bytes, 100_000, 1 << 20);
        context.Release();
        Assert.Equal(0, _payer.Bytes);
    }

    [Fact]
    public void WhatIsMappedAfterEverythingWasGivenBackIsTranslated()
    {
        FakeMemory memory = new(4);
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(), space);
        for (int round = 0; round < 3; round++)
        {
            for (ulong i = 0; i < 3000; i++)
                _lab.Map(space, memory, 0, FakeMemory.Page, i * 0x2000);
            _lab.Context.SettleMemory();
            Assert.True(_lab.Context.Translate(space, 2999 * 0x2000));
            _lab.Unmap(space, 0, ulong.MaxValue);
            _lab.Context.SettleMemory();
            Assert.Equal(0, _lab.Context.AreaNodes.Bytes);
            Assert.False(_lab.Context.Translate(space, 2999 * 0x2000));
        }
    }

    private bool Check()
    {
        _lab.Context.SettleMemory();
        return _lab.Context.CheckMemory(_payer, ref _why).Succeeded;
    }
}

file static class Looking
{
    public static bool Translate(this IommuContext context, Ioas space, ulong iova)
    {
        lock (context.Gate)
            return space.TryTranslate(iova, out _, out _, out _);
    }
}
