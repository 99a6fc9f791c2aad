using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

/// <summary>IOAS_MAP: every errno and the edge cases, with nothing attached and with a device attached.</summary>
public sealed class MapTests
{
    private const ulong Page = FakeMemory.Page;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(64);
    private readonly Ioas _space;

    public MapTests() => _space = _lab.Space();

    [Fact]
    public void AnUnknownAddressSpaceIsENOENT()
    {
        Errno errno = _lab.Context.Map(
            new ObjectId(9), _memory, _memory.Address(), Page, new Iova(0), AreaAccess.Read, false, out _, ref _lab.Why);
        Assert.Equal(ErrnoCode.ENOENT, errno.Code);
    }

    [Fact]
    public void ADeviceIsNoAddressSpace()
    {
        BoundDevice device = _lab.Bind();
        Errno errno = _lab.Context.Map(device.Id, _memory, _memory.Address(), Page, new Iova(0), AreaAccess.Read, false, out _, ref _lab.Why);
        Assert.Equal(ErrnoCode.ENOENT, errno.Code);
        Assert.Equal(ReasonCode.WrongObjectType, _lab.Why.Code);
    }

    [Fact]
    public void NothingAttachedMeansNothingIsProbed()
    {
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 1000 * Page, Page, 0));
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 17, 1, 0x12345));
        Assert.Empty(_memory.Pins);
        Assert.Equal(0u, _memory.Owner.User.Pages);
    }

    [Theory]
    [InlineData(0, 0x2000, 0x1000, ErrnoCode.None)]
    [InlineData(0, 0x2000, 0x1fff, ErrnoCode.EEXIST)]
    [InlineData(0, 0x1000, 0x1000, ErrnoCode.None)]
    [InlineData(0, 0x3fff, 1, ErrnoCode.EEXIST)]
    [InlineData(0, 0x4000, 1, ErrnoCode.None)]
    [InlineData(0, 0, 0x10000, ErrnoCode.EEXIST)]
    public void AFixedPlaceMustBeFree(ulong offset, ulong iova, ulong length, ErrnoCode expected)
    {
        _lab.Map(_space, _memory, 0, 0x1000, 0x3000);
        Assert.Equal(expected, _lab.TryMap(_space, _memory, offset, length, iova));
    }

    [Fact]
    public void LengthZeroIsEINVALAndWrappingIsEOVERFLOW()
    {
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0, 0, 0));
        Assert.Equal(ErrnoCode.EOVERFLOW, _lab.TryMap(_space, _memory, 0, 0x2000, ulong.MaxValue - 0xfff));
        Assert.Equal(ErrnoCode.EOVERFLOW, _lab.TryMap(_space, _memory, ulong.MaxValue - FakeMemory.Base - 0xfff, 0x2000, 0x1000));
        Assert.Equal(ErrnoCode.EINVAL, MapAt(0, ulong.MaxValue - 0xff));
    }

    [Fact]
    public void TheWholeAddressSpaceButAPageCanBeMapped()
    {
        Assert.Equal(ErrnoCode.None, MapAt(0, ulong.MaxValue - Page));
        Assert.Equal(ulong.MaxValue - Page, _lab.Unmap(_space, 0, ulong.MaxValue));
    }

    [Fact]
    public void AutomaticPlacesStartAtOnePageAndAreTheLowestThatFit()
    {
        Assert.Equal(0x1000u, _lab.MapAnywhere(_space, _memory, Page, Page));
        Assert.Equal(0x2000u, _lab.MapAnywhere(_space, _memory, Page, Page));
        _lab.Map(_space, _memory, 0, Page, 0x4000);
        Assert.Equal(0x6000u, _lab.MapAnywhere(_space, _memory, 0, 2 * Page));
        Assert.Equal(0x3000u, _lab.MapAnywhere(_space, _memory, Page, Page));
    }

    [Fact]
    public void AutomaticPlacesKeepTheOffsetIntoThePage()
    {
        Assert.Equal(0x1123u, _lab.MapAnywhere(_space, _memory, Page + 0x123, 0x10));
        // The lowest bit of the address is the alignment that is kept; more is not promised.
        Assert.Equal(0x123u, _lab.MapAnywhere(_space, _memory, Page + 0x123, 0x10) & 0x123);
    }

    [Fact]
    public void AutomaticPlacesKeepTheAlignmentOfTheMemoryUpToAHugePage()
    {
        Assert.Equal(SystemPage.HugeSize, MapAnywhereAt(0x40_0000, 0x40_0000));
        Assert.Equal(0x1000u, MapAnywhereAt(0x40_1000, 0x4000));
        Assert.Equal(0x8000u, MapAnywhereAt(0x8000, 0x8000));
    }

    [Fact]
    public void AutomaticPlacesStayInTheAllowedRanges()
    {
        _lab.Succeed(_lab.Context.Allow(_space.Id, [new(0x8000, 0x8fff), new(0x9000, 0xafff), new(0x20000, 0x20fff)], ref _lab.Why));
        Assert.Equal(0x8000u, _lab.MapAnywhere(_space, _memory, 0, 3 * Page)); // the first two touch
        Assert.Equal(0x20000u, _lab.MapAnywhere(_space, _memory, 0, Page));
        Assert.Equal(ErrnoCode.ENOSPC, _lab.TryMap(_space, _memory, 0, Page, null));
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 0, Page, 0x1000)); // a fixed place may be anywhere
    }

    [Fact]
    public void AutomaticLengthsOfHalfTheAddressSpaceAreTooLarge()
    {
        Errno errno = _lab.Context.Map(
            _space.Id, _memory, new HostAddress(0), ulong.MaxValue / 2, null, AreaAccess.Read, false, out _, ref _lab.Why);
        Assert.Equal(ErrnoCode.EOVERFLOW, errno.Code);
    }

    [Fact]
    public void WithADeviceAttachedTheHardwaresLimitsHold()
    {
        _lab.Attach(_lab.Bind(), _space);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0, Page, 0x1001));
        Assert.Equal(ReasonCode.IovaUnaligned, _lab.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0, 0x800, 0x1000));
        Assert.Equal(ReasonCode.LengthUnaligned, _lab.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0x10, Page, 0x1000));
        Assert.Equal(ReasonCode.AddressUnaligned, _lab.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0, Page, Lab.MsiFirst));
        Assert.Equal(ReasonCode.IovaReserved, _lab.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0, Page, Lab.ApertureLast + 1));
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0, 2 * Page, Lab.ApertureLast - 0xfff));
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 0, Page, Lab.ApertureLast - 0xfff));
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(_space, _memory, 0x123, 0x10, null));
    }

    [Fact]
    public void WithADeviceAttachedMemoryIsPinnedOrTheMapFailsWhole()
    {
        _lab.Attach(_lab.Bind(), _space);
        _memory.Remove(3);
        _memory.MakeReadOnly(8);
        Assert.Equal(ErrnoCode.EFAULT, _lab.TryMap(_space, _memory, 0, 5 * Page, 0x10000));
        Assert.Equal(ReasonCode.MemoryNotMapped, _lab.Why.Code);
        Assert.Equal(FakeMemory.Base + 3 * Page, _lab.Why.A);
        Assert.Equal(ErrnoCode.EFAULT, _lab.TryMap(_space, _memory, 8 * Page, Page, 0x10000));
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 8 * Page, Page, 0x10000, AreaAccess.Read));
        Assert.Equal(1, _space.AreaCount);
        Assert.Equal(1u, _memory.Owner.User.Pages);
    }

    [Fact]
    public void AWriteOnlyAndAReadOnlyMappingAreBothPossible()
    {
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 0, Page, 0x1000, AreaAccess.Write));
        Assert.Equal(ErrnoCode.None, _lab.TryMap(_space, _memory, 0, Page, 0x2000, AreaAccess.Read));
    }

    private ErrnoCode MapAt(ulong address, ulong length) =>
        _lab.Context.Map(_space.Id, _memory, new HostAddress(address), length, new Iova(0), AreaAccess.Read, false, out _, ref _lab.Why).Code;

    private ulong MapAnywhereAt(ulong address, ulong length)
    {
        _lab.Succeed(_lab.Context.Map(
            _space.Id, _memory, new HostAddress(address), length, null, AreaAccess.Read, false, out Iova placed, ref _lab.Why));
        return placed.Value;
    }
}
