using Ioasis.Engine.Intervals;
using Ioasis.Engine.Tests.Intervals;

namespace Ioasis.Engine.Tests.Guard;

/// <summary>How many nodes and cache lines the interval map's operations visit, in fixed scenarios.</summary>
public sealed class IntervalMapGuardTests
{
    private const ulong Page = 4096;
    private const int Operations = 1000;

    [Theory]
    [InlineData(100, "sequential")]
    [InlineData(100, "random")]
    [InlineData(10_000, "sequential")]
    [InlineData(10_000, "random")]
    [InlineData(100_000, "sequential")]
    [InlineData(100_000, "random")]
    public void Operations_visit_no_more_nodes_and_lines_than_recorded(int ranges, string order)
    {
        GuardFile guard = new($"intervals/{order}/{ranges}");
        // Each range is a page and the holes between them are three pages, of which none begins at a multiple of four.
        ulong[] starts = Starts(ranges, 4 * Page);
        ulong[] additions = [.. starts];
        if (order == "random")
            new Random(1).Shuffle(additions);
        long before = GC.GetAllocatedBytesForCurrentThread();
        IntervalMap<Tag> map = Build(additions);
        guard.Add("bytes", (GC.GetAllocatedBytesForCurrentThread() - before) / ranges);
        guard.Add("build/changes", map.StructureChanges);
        Find(guard, map, starts);
        RemoveAndAdd(guard, map, starts);
        guard.Add("gap/too-small/nodes", GapNodes(map, new GapRequest(4 * Page, Page, 0, 0, ulong.MaxValue)));
        guard.Add("gap/misaligned/nodes", GapNodes(map, new GapRequest(2 * Page, 4 * Page, 0, 0, ulong.MaxValue)));
        guard.Add("gap/misaligned/again/nodes", GapNodes(map, new GapRequest(2 * Page, 4 * Page, 0, 0, ulong.MaxValue)));
        guard.Add("gap/first/nodes", GapNodes(map, new GapRequest(Page, Page, 0, 0, ulong.MaxValue)));
        guard.Check();
    }

    [Fact]
    public void A_search_that_visits_more_nodes_fails_the_guard()
    {
        IntervalMap<Tag> map = Build(Starts(10_000, 4 * Page));
        GapRequest request = new(4 * Page, Page, 0, 0, ulong.MaxValue);
        long asIs = GapNodes(map, in request);
        WastefulVisits wasteful = default;
        map.TryFindGap(in request, ref wasteful, out _);

        GuardFile guard = new("a");
        guard.Add("b", wasteful.Count);
        Assert.Equal([$"a/b is {wasteful.Count}, was {asIs}"], guard.Complaints(new Dictionary<string, long> { ["a/b"] = asIs }));
    }

    [Fact]
    public void A_tree_that_was_thinned_out_has_more_leaves_and_fails_the_guard()
    {
        // The same 10,000 ranges, but in a tree that held four times as many: more leaves, each less full.
        ulong[] many = Starts(40_000, 4 * Page);
        IntervalMap<Tag> thinned = Build(many);
        for (int i = 0; i < many.Length; i++)
        {
            if (i % 4 != 0)
                thinned.Remove(many[i], out _, out _);
        }

        long asIs = Leaves(Build(Starts(10_000, 4 * Page))), now = Leaves(thinned);
        Assert.Equal(GuardFile.Verdict.Worse, GuardFile.Judge(asIs, now));
    }

    private static ulong[] Starts(int ranges, ulong stride) => [.. Enumerable.Range(0, ranges).Select(i => (ulong)i * stride)];

    private static IntervalMap<Tag> Build(ulong[] starts)
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        foreach (ulong start in starts)
            map.TryAdd(start, start + Page - 1, Tag.Of(start, start));
        return map;
    }

    private static void Find(GuardFile guard, IntervalMap<Tag> map, ulong[] starts)
    {
        Random random = new(2);
        FootprintWalk walk = new();
        for (int i = 0; i < Operations; i++)
        {
            ulong start = starts[random.Next(starts.Length)];
            Assert.True(map.TryFind(start, out _, out _, out _));
            walk.Find(map, start);
        }

        guard.Add("find/nodes", walk.Nodes);
        guard.Add("find/lines", walk.Lines);
    }

    private static void RemoveAndAdd(GuardFile guard, IntervalMap<Tag> map, ulong[] starts)
    {
        ulong[] some = [.. starts];
        new Random(3).Shuffle(some);
        Array.Resize(ref some, Math.Min(some.Length, Operations));
        long before = map.StructureChanges;
        FootprintWalk walk = new();
        foreach (ulong start in some)
        {
            walk.Find(map, start);
            map.Remove(start, out _, out _);
        }

        guard.Add("remove/nodes", walk.Nodes);
        guard.Add("remove/lines", walk.Lines);
        guard.Add("remove/changes", map.StructureChanges - before);
        before = map.StructureChanges;
        walk = new();
        foreach (ulong start in some)
        {
            map.TryAdd(start, start + Page - 1, Tag.Of(start, start));
            walk.Find(map, start);
        }

        guard.Add("add/nodes", walk.Nodes);
        guard.Add("add/lines", walk.Lines);
        guard.Add("add/changes", map.StructureChanges - before);
    }

    private static long GapNodes(IntervalMap<Tag> map, in GapRequest request)
    {
        CountedVisits visits = default;
        Assert.True(map.TryFindGap(in request, ref visits, out _));
        return visits.Count;
    }

    private static unsafe long Leaves(IntervalMap<Tag> map)
    {
        void* node = map.Root;
        for (int level = map.Height; level > 0; level--)
            node = (void*)((Branch*)node)->Children[0];
        long count = 0;
        for (var leaf = (Leaf<Tag>*)node; leaf != null; leaf = leaf->Next)
            count++;
        return count;
    }

    /// <summary>As a search that looked at each node twice.</summary>
    private struct WastefulVisits : IVisits
    {
        public int Count;

        public void Visit() => Count += 2;
    }
}
