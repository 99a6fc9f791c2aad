using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Objects;

public class AccessTests
{
    private const ulong Page = FakeMemory.Page;
    private const ulong Where = 0x100000;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(64);

    [Fact]
    public void ReadsAndWritesOfAnyAlignmentCrossAreasAndPages()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0x7ff, 0x1801, Where); // neither end on a page
        _lab.Map(space, _memory, 5 * Page, 2 * Page, Where + 0x1801);
        Access access = Open(space, pins: false);
        byte[] written = new byte[0x1801 + 0x1234];
        Random.Shared.NextBytes(written);
        _lab.Succeed(access.Write(new Iova(Where), written, ref _lab.Why));
        Assert.True(_memory.At(0x7ff, 0x1801).SequenceEqual(written.AsSpan(0, 0x1801)));
        Assert.True(_memory.At(5 * Page, 0x1234).SequenceEqual(written.AsSpan(0x1801)));
        byte[] read = new byte[0x1000];
        _lab.Succeed(access.Read(new Iova(Where + 0x1234), read, ref _lab.Why));
        Assert.Equal(written[0x1234..0x2234], read);
    }

    [Fact]
    public void EveryFailureOfATransferHasItsErrno()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0, Page, Where, AreaAccess.Read);
        _lab.Map(space, _memory, Page, Page, Where + Page, AreaAccess.Write);
        Access access = Open(space, pins: false);
        byte[] bytes = new byte[16];
        Assert.Equal(ErrnoCode.EINVAL, access.Read(new Iova(Where), [], ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EOVERFLOW, access.Read(new Iova(ulong.MaxValue - 3), bytes, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.ENOENT, access.Read(new Iova(Where - 8), bytes, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EPERM, access.Write(new Iova(Where), bytes, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EPERM, access.Read(new Iova(Where + Page - 8), bytes, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.ENOENT, access.Write(new Iova(Where + 2 * Page - 8), bytes, ref _lab.Why).Code);
        _memory.Remove(1);
        Assert.Equal(ErrnoCode.EFAULT, access.Write(new Iova(Where + Page), bytes, ref _lab.Why).Code);
        access.Detach();
        Assert.Equal(ErrnoCode.ENOENT, access.Read(new Iova(Where), bytes, ref _lab.Why).Code);
        Assert.Equal(ReasonCode.AccessNotAttached, _lab.Why.Code);
    }

    [Fact]
    public void PinsAreChargedOnceHoweverManyPinAndAttachedTablesPinTheSamePages()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0, 8 * Page, Where);
        Access access = Open(space);
        uint first = Pin(access, Where, 3 * Page), second = Pin(access, Where + 2 * Page, 2 * Page);
        Assert.Equal(4u, _memory.Owner.User.Pages);
        BoundDevice device = _lab.Bind();
        _lab.Attach(device, space);
        Assert.Equal(8u, _memory.Owner.User.Pages);
        device.Detach(Pasid.None);
        Assert.Equal(4u, _memory.Owner.User.Pages);
        _lab.Succeed(access.Unpin(first, ref _lab.Why));
        Assert.Equal(2u, _memory.Owner.User.Pages);
        _lab.Succeed(access.Unpin(second, ref _lab.Why));
        Assert.Equal(0u, _memory.Owner.User.Pages);
        Assert.Equal(ErrnoCode.ENOENT, access.Unpin(second, ref _lab.Why).Code);
    }

    [Fact]
    public void APinThatFailsHalfWayLeavesNothingPinned()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0, 4 * Page, Where);
        _lab.Map(space, _memory, 8 * Page, 4 * Page, Where + 4 * Page);
        Access access = Open(space);
        _memory.Remove(10);
        Assert.Equal(ErrnoCode.EFAULT, access.Pin(new Iova(Where), 8 * Page, true, out _, null, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.ENOENT, access.Pin(new Iova(Where + 7 * Page), 4 * Page, true, out _, null, ref _lab.Why).Code);
        Assert.Equal(0u, _memory.Owner.User.Pages);
        Assert.Equal(Page * 8, _lab.Unmap(space, 0, ulong.MaxValue));
    }

    [Fact]
    public void PinsTakeWholePagesOfMemoryOnly()
    {
        Ioas space = _lab.Space();
        Access access = Open(space);
        Assert.Equal(Page, space.Alignment);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(space, _memory, 0, 0x800, Where));
        access.Detach();
        Assert.Equal(1u, space.Alignment);
        _lab.Map(space, _memory, 0, 0x800, Where);
        ErrnoCode code = access.Attach(space.Id, ref _lab.Why).Code;
        Assert.Equal((ErrnoCode.EADDRINUSE, ReasonCode.AreaUnalignedForAccess), (code, _lab.Why.Code));
        Access reader = Open(space, pins: false);
        Assert.Equal(ErrnoCode.EINVAL, reader.Pin(new Iova(Where), 16, false, out _, null, ref _lab.Why).Code);
        _lab.Unmap(space, Where, 0x800);
        _lab.Map(space, _memory, 0, Page, Where, AreaAccess.Read);
        _lab.Succeed(access.Attach(space.Id, ref _lab.Why));
        Assert.Equal(ErrnoCode.EINVAL, access.Attach(space.Id, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EPERM, access.Pin(new Iova(Where), 16, true, out _, null, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EINVAL, access.Pin(new Iova(Where + 8), 16, false, out _, null, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EINVAL, access.Pin(new Iova(Where), 0, false, out _, null, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EOVERFLOW, access.Pin(new Iova(Where), ulong.MaxValue, false, out _, null, ref _lab.Why).Code);
        List<MemoryRun> pages = [];
        _lab.Succeed(access.Pin(new Iova(Where), 16, false, out _, pages, ref _lab.Why));
        Assert.Equal(FakeMemory.Base, Assert.Single(pages).First);
    }

    [Fact]
    public void AnUnmapAsksForPinsBeforeItTakesPagesAway()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0, 4 * Page, Where);
        _lab.Map(space, _memory, 8 * Page, 4 * Page, Where + 4 * Page);
        List<AddressRange> asked = [];
        Access access = Open(space, (user, range) =>
        {
            asked.Add(range);
            Assert.Equal(3u, _memory.Owner.User.Pages); // still pinned when asked
            user.UnpinMeeting(range);
        });
        uint pin = Pin(access, Where + 2 * Page, 3 * Page); // parts of both
        _lab.Unmap(space, Where, 8 * Page);
        Assert.Equal([new AddressRange(Where, Where + 4 * Page - 1)], asked);
        Assert.Equal(0u, _memory.Owner.User.Pages);
        Assert.Equal(ErrnoCode.ENOENT, access.Unpin(pin, ref _lab.Why).Code);
    }

    [Fact]
    public void WhoKeepsPinsKeepsTheArea()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0, 4 * Page, Where);
        Access stubborn = Open(space, (_, _) => { });
        Pin(stubborn, Where, Page);
        Assert.Equal(ErrnoCode.EDEADLK, _lab.TryUnmap(space, Where, 4 * Page, out _));
        stubborn.Detach();
        Assert.Equal(0u, _memory.Owner.User.Pages);
        _lab.Succeed(_lab.Context.CreateAccess(space.Id, true, null, out Access? locked, ref _lab.Why));
        uint pin = Pin(locked!, Where, Page);
        Assert.Equal(ErrnoCode.EBUSY, _lab.TryUnmap(space, 0, ulong.MaxValue, out _));
        _lab.Succeed(locked!.Unpin(pin, ref _lab.Why));
        Assert.Equal(4 * Page, _lab.Unmap(space, 0, ulong.MaxValue));
    }

    [Fact]
    public void ReplacingTheIoasUnpinsInTheOldOneAndHoldsTheNewOne()
    {
        Ioas old = _lab.Space(), next = _lab.Space();
        _lab.Map(old, _memory, 0, 4 * Page, Where);
        _lab.Map(next, _memory, 8 * Page, 4 * Page, Where);
        Access access = Open(old);
        Pin(access, Where, 2 * Page);
        Assert.Equal(ErrnoCode.EBUSY, _lab.Destroy(old));
        Assert.Equal(ErrnoCode.ENOENT, access.Replace(new ObjectId(99), ref _lab.Why).Code);
        _lab.Succeed(access.Replace(next.Id, ref _lab.Why));
        Assert.Equal(0u, _memory.Owner.User.Pages);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(old));
        byte[] bytes = [1, 2, 3];
        _lab.Succeed(access.Write(new Iova(Where), bytes, ref _lab.Why));
        Assert.True(_memory.At(8 * Page, 3).SequenceEqual(bytes));
        access.Detach();
        Assert.Equal(ErrnoCode.ENOENT, access.Replace(next.Id, ref _lab.Why).Code);
    }

    [Fact]
    public void AnOpenAccessCannotBeDestroyedAndKeepsTheContextAlive()
    {
        Ioas space = _lab.Space();
        _lab.Map(space, _memory, 0, 4 * Page, Where);
        Access access = Open(space);
        Pin(access, Where, 2 * Page);
        Assert.Equal(ErrnoCode.EBUSY, _lab.Destroy(access));
        _lab.Context.Release(); // the file is closed
        Assert.Equal((1, 2ul), (_lab.System.OpenContexts, _memory.Owner.User.Pages));
        _lab.Context.CloseAccess(access);
        Assert.Equal((0, 0ul), (_lab.System.OpenContexts, _memory.Owner.User.Pages));
    }

    [Fact]
    public void AnUnmapWaitsForTheCopyUnderWay()
    {
        using ManualResetEventSlim entered = new(), leave = new();
        HeldMemory memory = new(entered, leave);
        Ioas space = _lab.Space();
        _lab.Succeed(_lab.Context.Map(
            space.Id, memory, new HostAddress(FakeMemory.Base), Page, new Iova(Where), AreaAccess.ReadWrite, true, out _, ref _lab.Why));
        Access access = Open(space, pins: false);
        Thread copy = new(() =>
        {
            Reason why = default;
            access.Write(new Iova(Where), new byte[8], ref why);
        });
        copy.Start();
        entered.Wait(TestContext.Current.CancellationToken);
        Reason refused = default;
        ulong unmapped = 0;
        Thread unmap = new(() => _lab.Context.Unmap(space.Id, new Iova(Where), Page, out unmapped, ref refused));
        unmap.Start();
        Assert.False(unmap.Join(50)); // it can only be too early, never too late
        leave.Set();
        copy.Join();
        unmap.Join();
        Assert.Equal(Page, unmapped);
    }

    private Access Open(Ioas space, bool pins = true)
    {
        _lab.Succeed(_lab.Context.CreateAccess(space.Id, pins, static (access, range) => access.UnpinMeeting(range), out Access? made, ref _lab.Why));
        return made!;
    }

    private Access Open(Ioas space, Action<Access, AddressRange> unmapping)
    {
        _lab.Succeed(_lab.Context.CreateAccess(space.Id, true, unmapping, out Access? made, ref _lab.Why));
        return made!;
    }

    private uint Pin(Access access, ulong iova, ulong length)
    {
        _lab.Succeed(access.Pin(new Iova(iova), length, true, out uint pin, null, ref _lab.Why));
        return pin;
    }

    /// <summary>Memory whose writes wait until they are let go.</summary>
    private sealed class HeldMemory(ManualResetEventSlim entered, ManualResetEventSlim leave) : ClientMemory(new FakeOwner())
    {
        public override bool IsAlive => true;

        public override int Read(HostAddress from, Span<byte> into) => into.Length;

        public override int Write(HostAddress to, ReadOnlySpan<byte> from)
        {
            entered.Set();
            leave.Wait();
            return from.Length;
        }

        public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
        {
            shared = null;
            return Errno.Success;
        }
    }
}
