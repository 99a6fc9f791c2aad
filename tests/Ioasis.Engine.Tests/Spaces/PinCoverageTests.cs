using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

/// <summary>Pins of parts of a backing, beside a plain count for each page.</summary>
public sealed class PinCoverageTests
{
    private const ulong Page = FakeMemory.Page;
    private const int Pages = 64;

    private readonly BackingTable _table = new();
    private readonly int[] _counts = new int[Pages];
    private readonly List<(int First, int Count)> _pins = [];
    private bool _lastPageIsMissing;
    private Reason _why;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void EveryPageIsChargedWhileSomeonePinsItAndAFailureChangesNothing(int seed, bool lastPageIsMissing)
    {
        Random random = new(seed);
        FakeMemory memory = new(Pages) { IsAnsweredAtOnce = true };
        _lastPageIsMissing = lastPageIsMissing;
        if (lastPageIsMissing)
            memory.Remove(Pages - 1);
        BackingId id = Open(memory);
        for (int step = 0; step < 20_000; step++)
        {
            if (_pins.Count > 0 && (random.Next(2) == 0 || _pins.Count > 40))
                Unpin(id, random.Next(_pins.Count));
            else
                Pin(id, random, memory);
            ulong charged = (ulong)_counts.Count(count => count != 0);
            Assert.Equal((charged, charged), (memory.Owner.User.Pages, memory.Owner.Pinned.Pages));
            Assert.Equal(Runs(), Identified(id));
        }

        while (_pins.Count != 0)
            Unpin(id, 0);
        Assert.Equal(0ul, memory.Owner.User.Pages);
        _table.Return(id);
    }

    [Fact]
    public void PagesPinnedOneByOneAndAlikeAreOneRun()
    {
        BackingId id = Open(new FakeMemory(Pages) { IsAnsweredAtOnce = true });
        for (int page = Pages - 1; page >= 0; page--)
            Assert.True(_table.Pin(id, FakeMemory.Base + (ulong)page * Page, 1, ref _why).Succeeded);
        List<MemoryPart> parts = [];
        _table[id].AddPinnedParts(parts);
        List<MemoryRun> runs = [];
        MemoryPart.Identify(parts, runs);
        Assert.Equal(Pages * Page, Assert.Single(runs).Length);
    }

    [Fact]
    public void WhatOutlivesTheProcessIsFoundThroughTheRunThatAcquiredIt()
    {
        FakeMemory memory = new(Pages) { IsAnsweredAtOnce = true };
        BackingId id = Open(memory);
        Shared[] shared = [.. Enumerable.Range(0, Pages).Select(page => new Shared((byte)(page + 1)))];
        for (int round = 0; round < 3; round++)
        {
            for (int page = 0; page < Pages; page++)
            {
                memory.Shared = shared[page];
                Assert.True(_table.Pin(id, FakeMemory.Base + (ulong)page * Page, Page, ref _why).Succeeded);
            }

            memory.Gone = true;
            byte[] bytes = new byte[1];
            for (int page = 0; page < Pages; page++)
            {
                Assert.Equal(1, _table[id].Read(FakeMemory.Base + (ulong)page * Page, bytes));
                Assert.Equal(page + 1, bytes[0]);
            }

            memory.Gone = false;
            for (int page = 0; page < Pages; page++)
                _table.Unpin(id, FakeMemory.Base + (ulong)page * Page, Page);
        }
    }

    [Fact]
    public void ManyHolesAreAskedForAtOnceAndChargedAlone()
    {
        const int pages = 4096;
        FakeMemory memory = new(pages) { IsAnsweredAtOnce = true };
        BackingId id = Open(memory, pages);
        for (int page = 0; page < pages; page += 2)
            Assert.True(_table.Pin(id, FakeMemory.Base + (ulong)page * Page, Page, ref _why).Succeeded);
        memory.Pins.Clear();
        Assert.True(_table.Pin(id, FakeMemory.Base, pages * Page, ref _why).Succeeded);
        Assert.Equal((FakeMemory.Base / Page, (ulong)pages), Assert.Single(memory.Pins));
        Assert.Equal((ulong)pages, memory.Owner.User.Pages);
        Assert.True(_table.Pin(id, FakeMemory.Base, pages * Page, ref _why).Succeeded);
        Assert.Single(memory.Pins);
        _table.Unpin(id, FakeMemory.Base, pages * Page);
        _table.Unpin(id, FakeMemory.Base, pages * Page);
        Assert.Equal(pages / 2ul, memory.Owner.User.Pages);
    }

    [Fact]
    public void AmongManyHolesAPageThatIsPinnedMayBeGone()
    {
        const int pages = 256;
        FakeMemory memory = new(pages) { IsAnsweredAtOnce = true };
        BackingId id = Open(memory, pages);
        for (int page = 0; page < pages; page += 2)
            Assert.True(_table.Pin(id, FakeMemory.Base + (ulong)page * Page, Page, ref _why).Succeeded);
        memory.Remove(100);
        Assert.True(_table.Pin(id, FakeMemory.Base, pages * Page, ref _why).Succeeded);
        _table.Unpin(id, FakeMemory.Base, pages * Page);
        memory.Remove(101);
        Assert.Equal(ErrnoCode.EFAULT, _table.Pin(id, FakeMemory.Base, pages * Page, ref _why).Code);
        Assert.Equal(pages / 2ul, memory.Owner.User.Pages);
    }

    [Fact]
    public void WhatReachesPagesIsLetGoOnceWhenTheyAreUnpinned()
    {
        FakeMemory memory = new(Pages) { IsAnsweredAtOnce = true };
        BackingId id = Open(memory);
        List<Shared> made = [];
        Random random = new(5);
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < 20; i++)
            {
                made.Add(new Shared((byte)made.Count));
                memory.Shared = made[^1];
                int asked = memory.Pins.Count;
                Pin(id, random, memory);
                made[^1].Expected = memory.Pins.Count - asked;
            }

            while (_pins.Count != 0)
                Unpin(id, random.Next(_pins.Count));
            Assert.All(made, one => Assert.Equal(one.Expected, one.Released));
        }
    }

    private BackingId Open(FakeMemory memory, int pages)
    {
        BackingId id = _table.Take();
        _table[id].Open(memory, memory.Address(), (ulong)pages * Page, writable: true, PinCharging.User);
        return id;
    }

    private BackingId Open(FakeMemory memory) => Open(memory, Pages);

    private void Pin(BackingId id, Random random, FakeMemory memory)
    {
        int first = random.Next(8) == 0 ? 0 : random.Next(Pages);
        int count = random.Next(8) == 0 ? Pages - first : random.Next(1, Pages - first + 1);
        bool fails = _lastPageIsMissing && first + count == Pages && _counts[Pages - 1] == 0;
        int asked = memory.Pins.Count;
        Errno errno = _table.Pin(id, FakeMemory.Base + (ulong)first * Page, (ulong)count * Page, ref _why);
        Assert.Equal(fails ? ErrnoCode.EFAULT : ErrnoCode.None, errno.Code);
        foreach ((ulong page, ulong pages) in memory.Pins.Skip(asked))
        {
            for (ulong one = page; one < page + pages; one++)
                Assert.Equal(0, _counts[one - FakeMemory.Base / Page]); // only what was not pinned is asked for
        }

        if (fails)
            return;
        _pins.Add((first, count));
        foreach (ref int one in _counts.AsSpan(first, count))
            one++;
    }

    private void Unpin(BackingId id, int which)
    {
        (int first, int count) = _pins[which];
        _pins.RemoveAt(which);
        _table.Unpin(id, FakeMemory.Base + (ulong)first * Page, (ulong)count * Page);
        foreach (ref int one in _counts.AsSpan(first, count))
            one--;
    }

    /// <summary>Pages that are pinned, as the plain counts have it.</summary>
    private List<int> Runs() => [.. Enumerable.Range(0, Pages).Where(page => _counts[page] != 0)];

    private List<int> Identified(BackingId id)
    {
        List<MemoryPart> parts = [];
        _table[id].AddPinnedParts(parts);
        List<MemoryRun> runs = [];
        MemoryPart.Identify(parts, runs);
        return [.. runs.SelectMany(run => Enumerable.Range((int)((run.First - FakeMemory.Base) / Page), (int)(run.Length / Page)))];
    }

    private sealed class Shared(byte content) : SharedPages
    {
        /// <summary>How often it was handed out.</summary>
        public int Expected { get; set; }

        public int Released { get; private set; }

        public override void Release() => Released++;

        public override int Read(HostAddress from, Span<byte> into)
        {
            into.Fill(content);
            return into.Length;
        }

        public override int Write(HostAddress to, ReadOnlySpan<byte> from) => from.Length;
    }
}
