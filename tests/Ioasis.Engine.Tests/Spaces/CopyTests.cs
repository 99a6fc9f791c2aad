using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

public sealed class CopyTests
{
    private const ulong Page = FakeMemory.Page;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(64);
    private readonly Ioas _source;
    private readonly Ioas _target;

    public CopyTests()
    {
        _source = _lab.Space();
        _target = _lab.Space();
        _lab.Map(_source, _memory, 0, 4 * Page, 0x10000);
        _lab.Map(_source, _memory, 8 * Page, 4 * Page, 0x14000);
        _lab.Map(_source, _memory, 16 * Page, Page, 0x20000, AreaAccess.Read);
    }

    [Fact]
    public void ASubrangeACrossingOfAreasAndUnalignedPartsCanBeCopied()
    {
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x11000, Page, _target, 0x1000));
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x13000, 2 * Page, _target, 0x8000));
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x10123, 0x45, _target, 0x20123));
        Assert.Equal(4, _target.AreaCount); // the crossing made two
    }

    [Fact]
    public void ACopyLeadsToTheSameMemory()
    {
        var device = _lab.Bind();
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x13000, 2 * Page, _target, 0x8000));
        _lab.Attach(device, _target);
        _memory.At(3 * Page + 5, 1)[0] = 0x5a;
        _memory.At(8 * Page + 6, 1)[0] = 0xa5;
        byte[] bytes = new byte[2 * Page];
        Assert.True(device.Device.OpenPort().Read(new(0x8000), bytes));
        Assert.Equal((0x5a, 0xa5), (bytes[5], bytes[Page + 6]));
    }

    [Fact]
    public void ACopyOutlivesItsSource()
    {
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x10000, 4 * Page, _target, 0x1000));
        _lab.Unmap(_source, 0, ulong.MaxValue);
        var device = _lab.Bind();
        _lab.Attach(device, _target);
        Assert.True(device.Device.OpenPort().Read(new(0x1000), new byte[4 * Page]));
    }

    [Fact]
    public void AWriteableCopyOfAReadOnlySourceIsEPERMAndNamesTheAddress()
    {
        Assert.Equal(ErrnoCode.EPERM, _lab.TryCopy(_source, 0x20000, Page, _target, 0x1000));
        Assert.Equal(FakeMemory.Base + 16 * Page, _lab.Why.A);
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x20000, Page, _target, 0x1000, AreaAccess.Read));
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x10000, Page, _target, 0x4000, AreaAccess.Read));
    }

    [Fact]
    public void AHoleInTheSourceIsENOENTAndNamesIt()
    {
        Assert.Equal(ErrnoCode.ENOENT, _lab.TryCopy(_source, 0x14000, 5 * Page, _target, 0x1000));
        Assert.Equal(0x18000u, _lab.Why.C);
        Assert.Equal(0, _target.AreaCount);
    }

    [Fact]
    public void LengthZeroAndAnOccupiedTargetAndTheSameSpace()
    {
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryCopy(_source, 0x10000, 0, _target, 0x1000));
        _lab.Map(_target, _memory, 0, Page, 0x2000);
        Assert.Equal(ErrnoCode.EEXIST, _lab.TryCopy(_source, 0x10000, 2 * Page, _target, 0x1000));
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x10000, Page, _source, 0x30000));
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x10000, Page, _target, null));
    }

    [Fact]
    public void PagesSharedByCopiesAreChargedOnceAndStayUntilTheLastGoes()
    {
        _lab.Attach(_lab.Bind(), _source);
        Assert.Equal(9u, _memory.Owner.User.Pages);
        _lab.Attach(_lab.Bind(), _target);
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x11000, 2 * Page, _target, 0x1000));
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(_source, 0x12000, 3 * Page, _target, 0x8000)); // crosses into the second
        Assert.Equal(9u, _memory.Owner.User.Pages);
        _lab.Unmap(_source, 0, ulong.MaxValue);
        Assert.Equal(4u, _memory.Owner.User.Pages); // pages 1, 2, 3 of the first and 0 of the second
        _lab.Unmap(_target, 0x1000, 2 * Page);
        Assert.Equal(3u, _memory.Owner.User.Pages);
        _lab.Unmap(_target, 0, ulong.MaxValue);
        Assert.Equal(0u, _memory.Owner.User.Pages);
    }
}
