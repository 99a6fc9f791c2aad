using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

/// <summary>What is pinned when, who is charged, and that nothing stays behind.</summary>
public sealed class PinTests
{
    private const ulong Page = FakeMemory.Page;

    private readonly Lab _lab = new();

    [Fact]
    public void TheFirstPageTablePinsAndTheSecondOnlyLooks()
    {
        FakeMemory memory = new(64);
        Ioas space = _lab.Space();
        for (ulong i = 0; i < 10; i++)
            _lab.Map(space, memory, i * Page, Page, i * 0x10000);
        Assert.Empty(memory.Pins);
        BoundDevice first = _lab.Bind();
        _lab.Attach(first, space);
        Assert.Equal(10, memory.Pins.Count);
        Assert.Equal(10u, memory.Owner.User.Pages);
        _lab.Succeed(_lab.Context.AllocateTable(first.Id, space.Id, 0, default, default, out _, ref _lab.Why));
        Assert.Equal(10, memory.Pins.Count);
        Assert.Equal(10u, memory.Owner.User.Pages);
    }

    [Fact]
    public void AnAttachThatCannotPinLeavesNothing()
    {
        FakeMemory memory = new(64);
        memory.Remove(5);
        Ioas space = _lab.Space();
        for (ulong i = 0; i < 10; i++)
            _lab.Map(space, memory, i * Page, Page, i * 0x10000);
        BoundDevice device = _lab.Bind();
        Assert.Equal(ErrnoCode.EFAULT, _lab.TryAttach(device, space));
        Assert.False(device.IsAttached);
        Assert.Equal(0u, memory.Owner.User.Pages);
        Assert.Equal(1u, _lab.Ranges(space, out ulong alignment).Length < 2 ? alignment : 0);
        Assert.Equal(0, space.TableCount);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(space));
    }

    [Fact]
    public void BeyondTheMemlockLimitIsENOMEMWithTheNumbers()
    {
        FakeMemory memory = new(64, new FakeOwner(limit: 10 * Page));
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(), space);
        _lab.Map(space, memory, 0, 8 * Page, 0x10000);
        Assert.Equal(ErrnoCode.ENOMEM, _lab.TryMap(space, memory, 0, 3 * Page, 0x40000)); // the same pages count again
        Assert.Equal((3ul, 11ul, 10ul), (_lab.Why.A, _lab.Why.B, _lab.Why.C));
        Assert.Equal(ErrnoCode.None, _lab.TryMap(space, memory, 0, 2 * Page, 0x40000));
        Assert.Equal(10u, memory.Owner.User.Pages);
        Assert.Equal(ErrnoCode.None, _lab.TryMap(space, memory, 0, 3 * Page, 0x80000, mayLock: true));
        Assert.Equal(10u, memory.Owner.User.Pages);
        Assert.Equal(13u, memory.Owner.Pinned.Pages);
        _lab.Unmap(space, 0, ulong.MaxValue);
        Assert.Equal((0ul, 0ul), (memory.Owner.User.Pages, memory.Owner.Pinned.Pages));
    }

    [Fact]
    public void TwoProcessesOfAUserShareTheirLimitOnlyInUserMode()
    {
        PinLedger user = new();
        FakeMemory one = new(64, new FakeOwner(10 * Page, user)), two = new(64, new FakeOwner(10 * Page, user));
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(), space);
        _lab.Map(space, one, 0, 8 * Page, 0x10000);
        Assert.Equal(ErrnoCode.ENOMEM, _lab.TryMap(space, two, 0, 8 * Page, 0x40000));

        Lab other = new();
        _lab.Unmap(space, 0, ulong.MaxValue);
        other.Succeed(other.Context.SetAccountingMode(1, ref other.Why));
        Ioas perProcess = other.Space();
        other.Attach(other.Bind(), perProcess);
        other.Map(perProcess, one, 0, 8 * Page, 0x10000);
        other.Map(perProcess, two, 0, 8 * Page, 0x40000);
        Assert.Equal((8ul, 0ul), (one.Owner.Process.Pages, user.Pages));
    }

    [Fact]
    public void UnalignedAreasPinWholePages()
    {
        FakeMemory memory = new(64);
        Ioas space = _lab.Space();
        _lab.Map(space, memory, 0x800, 0x1000, 0x800);
        Assert.Equal(ErrnoCode.EADDRINUSE, _lab.TryAttach(_lab.Bind(), space));
        Assert.Equal(ReasonCode.AreaUnalignedForHardware, _lab.Why.Code);
        BoundDevice fine = _lab.Bind(_lab.Device(_lab.Group(
            new Engine.Hardware.Iommu("fine", Engine.Hardware.IommuType.Vtd) { PageSizes = 1 << 11 | 1 << 12, Aperture = new(0, Lab.ApertureLast) })));
        _lab.Attach(fine, space);
        Assert.Equal(2u, memory.Owner.User.Pages);
    }

    [Fact]
    public void RandomCopiesPinExactlyTheUnionOfWhatTablesSee()
    {
        Random random = new(7);
        FakeMemory memory = new(64);
        Ioas source = _lab.Space(), target = _lab.Space();
        _lab.Map(source, memory, 0, 64 * Page, 0);
        _lab.Attach(_lab.Bind(), target);
        int[] pins = new int[64];
        Dictionary<ulong, (int First, int Count)> areas = [];
        for (int i = 0; i < 4000; i++)
        {
            if (areas.Count == 0 || (areas.Count < 40 && random.Next(2) == 0))
            {
                int first = random.Next(64), count = random.Next(1, 65 - first);
                ulong iova = (ulong)(i + 1) << 20;
                Assert.Equal(ErrnoCode.None, _lab.TryCopy(source, (ulong)first * Page, (ulong)count * Page, target, iova));
                areas.Add(iova, (first, count));
                for (int page = first; page < first + count; page++)
                    pins[page]++;
            }
            else
            {
                (ulong iova, (int first, int count)) = areas.ElementAt(random.Next(areas.Count));
                _lab.Unmap(target, iova, (ulong)count * Page);
                areas.Remove(iova);
                for (int page = first; page < first + count; page++)
                    pins[page]--;
            }

            Assert.Equal((ulong)pins.Count(pin => pin != 0), memory.Owner.User.Pages);
        }
    }
}
