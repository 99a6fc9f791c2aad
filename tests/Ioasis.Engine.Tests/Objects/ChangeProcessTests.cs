using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Objects;

public class ChangeProcessTests
{
    private const ulong Page = FakeMemory.Page;

    private readonly Lab _lab = new();

    [Theory]
    [InlineData(0)] // counted by user
    [InlineData(1)] // counted by process
    public void WhatIsPinnedIsChargedToTheOther(int mode)
    {
        _lab.Succeed(_lab.Context.SetAccountingMode((ulong)mode, ref _lab.Why));
        FakeOwner old = new(), next = new();
        Ioas space = Attached();
        Map(space, old, 3, 0x100000);
        Map(space, old, 2, 0x200000);
        Assert.Equal(ErrnoCode.None, _lab.TryCopy(space, 0x100000, 3 * Page, space, 0x300000)); // counts once
        Map(_lab.Space(), old, 9, 0); // not pinned
        _lab.Succeed(_lab.Context.ChangeProcess(next, ref _lab.Why));
        Assert.Equal((0ul, 0ul, 0ul), Charged(old));
        Assert.Equal((5ul, mode == 0 ? 5ul : 0, mode == 1 ? 5ul : 0), Charged(next));
        _lab.Unmap(space, 0, ulong.MaxValue);
        Assert.Equal((0ul, 0ul, 0ul), Charged(next));
    }

    [Fact]
    public void AProcessThatMayNotLockSoMuchChangesNothing()
    {
        PinLedger user = new();
        FakeOwner old = new(8 * Page, user), next = new(8 * Page, user);
        Ioas space = Attached();
        Map(space, old, 3, 0x100000);
        Map(space, old, 2, 0x200000);
        // The same user: for a moment Linux counts all five twice.
        Assert.Equal(ErrnoCode.ENOMEM, _lab.Context.ChangeProcess(next, ref _lab.Why).Code);
        Assert.Equal((5ul, 10ul, 8ul), (_lab.Why.A, _lab.Why.B, _lab.Why.C));
        Assert.Equal(((5ul, 5ul, 0ul), 0ul), (Charged(old), next.Pinned.Pages));
        FakeOwner roomy = new(10 * Page, user);
        _lab.Succeed(_lab.Context.ChangeProcess(roomy, ref _lab.Why));
        Assert.Equal((5ul, 0ul), (roomy.Pinned.Pages, old.Pinned.Pages));
    }

    [Fact]
    public void MemoryOfAProcessCannotBeHandedOver()
    {
        Ioas space = _lab.Space();
        Map(space, new FakeOwner(), 1, 0x100000);
        _lab.Map(space, new FakeMemory(4), 0, Page, 0x200000);
        Assert.Equal(ErrnoCode.EINVAL, _lab.Context.ChangeProcess(new FakeOwner(), ref _lab.Why).Code);
        Assert.Equal((0x200000ul, 0x200ffful), (_lab.Why.A, _lab.Why.B));
    }

    private Ioas Attached()
    {
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(), space);
        return space;
    }

    private void Map(Ioas space, FakeOwner owner, int pages, ulong iova) =>
        _lab.Succeed(_lab.Context.MapFile(
            space.Id, new FakeFile(owner), 0, (ulong)pages * Page, new Iova(iova), AreaAccess.ReadWrite, false, out _, ref _lab.Why));

    private static (ulong Pinned, ulong ByUser, ulong ByProcess) Charged(FakeOwner owner) =>
        (owner.Pinned.Pages, owner.User.Pages, owner.Process.Pages);

    private sealed class FakeFile(FakeOwner owner) : FileMemory(owner)
    {
        public override bool IsAlive => true;

        public override int Read(HostAddress from, Span<byte> into) => into.Length;

        public override int Write(HostAddress to, ReadOnlySpan<byte> from) => from.Length;

        public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
        {
            shared = null;
            return Errno.Success;
        }
    }
}
