using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tests.Spaces;

/// <summary>The tree of borders beside a plain count for each page, and how much of it an operation looks at.</summary>
public sealed class PinCountsTests
{
    private readonly PinNodes _nodes = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryAnswerIsThatOfAPlainCountForEachPage(int seed)
    {
        const int pages = 200;
        Random random = new(seed);
        PinCounts counts = new(_nodes, Run(0, pages - 1));
        int[] plain = new int[pages];
        List<(int First, int Last)> pins = [];
        PageRun[] found = new PageRun[pages];
        for (int step = 0; step < 5_000; step++)
        {
            bool remove = pins.Count != 0 && (random.Next(2) == 0 || pins.Count > 60);
            int first = random.Next(pages), last = random.Next(4) == 0 ? first : random.Next(first, pages);
            if (!remove && random.Next(8) == 0)
                (first, last) = (0, pages - 1);
            if (remove)
            {
                int which = random.Next(pins.Count);
                (first, last) = pins[which];
                pins.RemoveAt(which);
            }
            else
                pins.Add((first, last));
            counts.Add(Run(first, last), remove ? -1 : +1);
            for (int page = first; page <= last; page++)
                plain[page] += remove ? -1 : +1;

            first = random.Next(pages);
            last = random.Next(first, pages);
            ulong unpinned = (ulong)plain[first..(last + 1)].Count(count => count == 0);
            Assert.Equal(unpinned, counts.Unpinned(Run(first, last)));
            Assert.Equal(RunsOf(plain, first, last, pinned: false), found[..counts.FindUnpinned(Run(first, last), found)]);
            Assert.Equal(RunsOf(plain, first, last, pinned: true), found[..counts.FindPinned(Run(first, last), found)]);
            List<PageRun> some = RunsOf(plain, first, last, pinned: false);
            int room = random.Next(1, 4);
            Assert.Equal(some.Take(room), found[..counts.FindUnpinned(Run(first, last), found.AsSpan(0, room))]);
            Assert.Equal(pins.Count == 0, counts.IsEmpty);
        }

        foreach ((int first, int last) in pins)
            counts.Add(Run(first, last), -1);
        Assert.True(counts.IsEmpty);
        Assert.Equal(0, _nodes.InUse);
    }

    [Fact]
    public void PinsOfAllPagesMayGoInPartsAndPartsAsAWhole()
    {
        PageRun whole = Run(0, 99), left = Run(0, 39), right = Run(40, 99);
        PinCounts counts = new(_nodes, whole);
        counts.Add(whole, +1);
        counts.Add(left, -1);
        Assert.Equal((40ul, false), (counts.Unpinned(whole), counts.IsEmpty));
        counts.Add(right, -1);
        Assert.Equal((100ul, true), (counts.Unpinned(whole), counts.IsEmpty));
        counts.Clear();
        Assert.Equal(0, _nodes.InUse);
        counts.Add(left, +1);
        counts.Add(right, +1);
        counts.Add(whole, -1);
        Assert.True(counts.IsEmpty);
        counts.Clear();
        Assert.Equal(0, _nodes.InUse);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void APinOfAllPagesLooksAtFewNodesHoweverManyPiecesArePinned(int pieces)
    {
        PinCounts counts = new(_nodes, Run(0, 2 * pieces - 1));
        for (int i = 0; i < pieces; i++)
            counts.Add(Run(2 * i, 2 * i), +1);
        PageRun whole = Run(0, 2 * pieces - 1), half = Run(pieces / 2, 2 * pieces - 1);
        int most = 40 * (int)Math.Log2(2 * pieces); // a treap is some 2.5 levels for each that it needs, and a call goes down a few times
        _nodes.Visits = 0;
        foreach (PageRun run in new[] { whole, half, whole, half })
        {
            Assert.InRange(counts.Unpinned(run), 0ul, (ulong)pieces);
            counts.Add(run, +1);
            Assert.Equal(0ul, counts.Unpinned(run));
        }

        foreach (PageRun run in new[] { half, whole, half, whole })
            counts.Add(run, -1);
        Assert.Equal((ulong)pieces, counts.Unpinned(whole));
        Assert.InRange(_nodes.Visits, 1, 8 * most);
    }

    [Fact]
    public void WhatACrowdHasNeededGoesWithIt()
    {
        PinCounts counts = new(_nodes, Run(0, 100_000));
        for (int i = 0; i < 50_000; i++)
            counts.Add(Run(2 * i, 2 * i), +1);
        WeakReference array = ArrayOf(50_000);
        for (int i = 0; i < 50_000; i++)
            counts.Add(Run(2 * i, 2 * i), -1);
        Assert.Equal(0, _nodes.InUse);
        GC.Collect();
        Assert.False(array.IsAlive);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference ArrayOf(uint node) => new(_nodes.ArrayOf(node));

    private static PageRun Run(int first, int last) => new(1000 + (ulong)first, 1000 + (ulong)last);

    private static List<PageRun> RunsOf(int[] plain, int first, int last, bool pinned)
    {
        List<PageRun> runs = [];
        for (int page = first; page <= last; page++)
        {
            if (plain[page] != 0 != pinned)
                continue;
            if (runs.Count != 0 && runs[^1].Last + 1 == 1000 + (ulong)page)
                runs[^1] = runs[^1] with { Last = 1000 + (ulong)page };
            else
                runs.Add(Run(page, page));
        }

        return runs;
    }
}
