using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

public sealed class UnmapTests
{
    private const ulong Page = FakeMemory.Page;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(64);
    private readonly Ioas _space;

    public UnmapTests()
    {
        _space = _lab.Space();
        _lab.Map(_space, _memory, 0, 2 * Page, 0x1000);
        _lab.Map(_space, _memory, 0, 2 * Page, 0x3000);
        _lab.Map(_space, _memory, 0, 2 * Page, 0x8000);
    }

    [Fact]
    public void ExactlyOneAreaGoes()
    {
        Assert.Equal(0x2000u, _lab.Unmap(_space, 0x3000, 0x2000));
        Assert.Equal(2, _space.AreaCount);
    }

    [Fact]
    public void ASupersetTakesAllAreasInIt()
    {
        Assert.Equal(0x4000u, _lab.Unmap(_space, 0, 0x8000));
        Assert.Equal(1, _space.AreaCount);
    }

    [Theory]
    [InlineData(0x1000, 0x1000)]
    [InlineData(0x2000, 0x1000)]
    [InlineData(0x1800, 0x10)]
    public void CuttingAnAreaIsENOENTAndNamesIt(ulong iova, ulong length)
    {
        Assert.Equal(ErrnoCode.ENOENT, _lab.TryUnmap(_space, iova, length, out ulong unmapped));
        Assert.Equal(ReasonCode.UnmapTruncates, _lab.Why.Code);
        Assert.Equal((0x1000ul, 0x2ffful), (_lab.Why.C, _lab.Why.D));
        Assert.Equal(0u, unmapped);
        Assert.Equal(3, _space.AreaCount);
    }

    [Fact]
    public void WhenALaterAreaWouldBeCutTheEarlierOnesAreGone()
    {
        Assert.Equal(ErrnoCode.ENOENT, _lab.TryUnmap(_space, 0x1000, 0x3000, out ulong unmapped));
        Assert.Equal(0x2000u, unmapped);
        Assert.Equal(2, _space.AreaCount);
    }

    [Fact]
    public void OnlyZeroAndAllOnesMeansEverything()
    {
        Assert.Equal(ErrnoCode.EOVERFLOW, _lab.TryUnmap(_space, 1, ulong.MaxValue, out _));
        Assert.Equal(0x6000u, _lab.Unmap(_space, 0, ulong.MaxValue));
        Assert.Equal(0u, _lab.Unmap(_space, 0, ulong.MaxValue)); // also when nothing is there
        Assert.Equal(ErrnoCode.ENOENT, _lab.TryUnmap(_space, 0, ulong.MaxValue - 1, out _));
    }

    [Fact]
    public void EmptyWrappingAndUnmappedRanges()
    {
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryUnmap(_space, 0x1000, 0, out _));
        Assert.Equal(ErrnoCode.EOVERFLOW, _lab.TryUnmap(_space, 0x1000, ulong.MaxValue - 1, out _));
        Assert.Equal(ErrnoCode.EOVERFLOW, _lab.TryUnmap(_space, ulong.MaxValue, 1, out _));
        Assert.Equal(ErrnoCode.ENOENT, _lab.TryUnmap(_space, 0x5000, 0x1000, out _));
        Assert.Equal(ReasonCode.UnmapNothing, _lab.Why.Code);
    }

    [Fact]
    public void ThousandsOfAreasGoInOneCallAndTheirPinsWithThem()
    {
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(), space);
        for (ulong i = 0; i < 5000; i++)
            _lab.Map(space, _memory, i % 64 * Page, Page, 0x10_0000 + i * 2 * Page);
        Assert.Equal(5000u, _memory.Owner.User.Pages);
        Assert.Equal(5000 * Page, _lab.Unmap(space, 0, ulong.MaxValue));
        Assert.Equal(0u, _memory.Owner.User.Pages);
        Assert.Equal(0, space.AreaCount);
    }
}
