using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

/// <summary>Usable ranges, allowed ranges, alignment and huge pages, before, during and after an attachment.</summary>
public sealed class RangeTests
{
    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(64);
    private readonly Ioas _space;

    public RangeTests() => _space = _lab.Space();

    [Fact]
    public void AFreshSpaceIsWholeAndAlignedToOne()
    {
        Assert.Equal([(0ul, ulong.MaxValue)], _lab.Ranges(_space, out ulong alignment));
        Assert.Equal(1u, alignment);
    }

    [Fact]
    public void AttachingNarrowsAndDetachingWidens()
    {
        BoundDevice device = _lab.Bind();
        _lab.Attach(device, _space);
        Assert.Equal([(0ul, Lab.MsiFirst - 1), (Lab.MsiLast + 1, Lab.ApertureLast)], _lab.Ranges(_space, out ulong alignment));
        Assert.Equal(4096u, alignment);
        device.Detach(Pasid.None);
        Assert.Equal([(0ul, ulong.MaxValue)], _lab.Ranges(_space, out alignment));
        Assert.Equal(1u, alignment);
    }

    [Fact]
    public void AfterDetachAManualPageTableKeepsTheApertureButNotTheDevicesHole()
    {
        BoundDevice device = _lab.Bind();
        _lab.Succeed(_lab.Context.AllocateTable(device.Id, _space.Id, 0, default, default, out var table, ref _lab.Why));
        _lab.Context.Publish(table!);
        _lab.Attach(device, table!);
        device.Detach(Pasid.None);
        Assert.Equal([(0ul, Lab.ApertureLast)], _lab.Ranges(_space, out ulong alignment));
        Assert.Equal(4096u, alignment);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(table!));
        Assert.Equal([(0ul, ulong.MaxValue)], _lab.Ranges(_space, out _));
    }

    [Theory]
    [InlineData(Lab.MsiFirst - 0x1000, 0x2000, ReasonCode.AreaInReservedRegion)]
    [InlineData(Lab.ApertureLast - 0xfff, 0x2000, ReasonCode.AreaOutsideAperture)]
    [InlineData(0x1001, 0x1000, ReasonCode.AreaUnalignedForHardware)]
    [InlineData(0x1000, 0x1001, ReasonCode.AreaUnalignedForHardware)]
    public void AnAreaThatTheHardwareCannotTranslateMakesAttachEADDRINUSE(ulong iova, ulong length, ReasonCode reason)
    {
        _lab.Map(_space, _memory, 0, length, iova);
        BoundDevice device = _lab.Bind();
        Assert.Equal(ErrnoCode.EADDRINUSE, _lab.TryAttach(device, _space));
        Assert.Equal(reason, _lab.Why.Code);
        Assert.Equal([(0ul, ulong.MaxValue)], _lab.Ranges(_space, out ulong alignment));
        Assert.Equal(1u, alignment);
        Assert.Equal(2, _lab.Context.ObjectCount); // no page table was left
    }

    [Fact]
    public void AllowedRangesKeepHardwareOutThatCannotTranslateThem()
    {
        _lab.Succeed(_lab.Context.Allow(_space.Id, [new(Lab.MsiFirst, Lab.MsiFirst + 1)], ref _lab.Why));
        Assert.Equal(ErrnoCode.EADDRINUSE, _lab.TryAttach(_lab.Bind(), _space));
        Assert.Equal(ReasonCode.AllowedRangeInReservedRegion, _lab.Why.Code);
        _lab.Succeed(_lab.Context.Allow(_space.Id, [new(0x1000, Lab.ApertureLast + 1)], ref _lab.Why));
        Assert.Equal(ErrnoCode.EADDRINUSE, _lab.TryAttach(_lab.Bind(), _space));
        _lab.Succeed(_lab.Context.Allow(_space.Id, [], ref _lab.Why));
        _lab.Attach(_lab.Bind(), _space);
        Assert.Equal(ErrnoCode.EADDRINUSE, _lab.Context.Allow(_space.Id, [new(0, Lab.MsiFirst)], ref _lab.Why).Code);
        Assert.Equal([(0ul, Lab.MsiFirst - 1), (Lab.MsiLast + 1, Lab.ApertureLast)], _lab.Ranges(_space, out _));
    }

    [Fact]
    public void HugePagesOffMeansPageAlignment()
    {
        _lab.Map(_space, _memory, 0x100, 0x100, 0x100);
        Assert.Equal(ErrnoCode.EADDRINUSE, _lab.Context.SetHugePages(_space.Id, 0, ref _lab.Why).Code);
        _lab.Unmap(_space, 0, ulong.MaxValue);
        _lab.Succeed(_lab.Context.SetHugePages(_space.Id, 0, ref _lab.Why));
        _lab.Ranges(_space, out ulong alignment);
        Assert.Equal(4096u, alignment);
        Assert.Equal(ErrnoCode.EINVAL, _lab.Context.SetHugePages(_space.Id, 2, ref _lab.Why).Code);
        _lab.Succeed(_lab.Context.GetHugePages(_space.Id, out ulong value, ref _lab.Why));
        Assert.Equal(0u, value);
        _lab.Succeed(_lab.Context.SetHugePages(_space.Id, 1, ref _lab.Why));
        _lab.Ranges(_space, out alignment);
        Assert.Equal(1u, alignment);
    }

    [Fact]
    public void HugePagesCannotBeSwitchedOffUnderAPageTableWithAreas()
    {
        _lab.Attach(_lab.Bind(), _space);
        _lab.Map(_space, _memory, 0, 0x1000, 0x1000);
        Assert.Equal(ErrnoCode.EINVAL, _lab.Context.SetHugePages(_space.Id, 0, ref _lab.Why).Code);
        Assert.Equal((1ul, 1ul), (_lab.Why.A, _lab.Why.B));
    }

    [Fact]
    public void TheLegacySpaceIsForgottenWithItsObject()
    {
        Assert.Equal(ErrnoCode.ENODEV, _lab.Context.GetLegacySpace(out _, ref _lab.Why).Code);
        _lab.Succeed(_lab.Context.SetLegacySpace(_space.Id, ref _lab.Why));
        _lab.Succeed(_lab.Context.GetLegacySpace(out ObjectId id, ref _lab.Why));
        Assert.Equal(_space.Id, id);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(_space));
        Assert.Equal(ErrnoCode.ENODEV, _lab.Context.GetLegacySpace(out _, ref _lab.Why).Code);
    }
}
