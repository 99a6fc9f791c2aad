using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

/// <summary>What a map weighs, and that it allocates nothing in a steady state.</summary>
public sealed class IntervalMapMemoryTests
{
    private const ulong Page = 4096;

    [Fact]
    public void An_empty_map_and_a_map_of_one_range_are_small()
    {
        const int maps = 1000;
        var all = new IntervalMap<Tag>[maps];
        NodePool<Tag> nodes = new();
        Tag value = Tag.Of(1, 2);
        new IntervalMap<Tag>(nodes).TryAdd(0, Page - 1, value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < maps; i++)
            all[i] = new IntervalMap<Tag>(nodes);
        long empty = (GC.GetAllocatedBytesForCurrentThread() - before) / maps;
        for (int i = 0; i < maps; i++)
            all[i].TryAdd(0, Page - 1, value);
        long one = (GC.GetAllocatedBytesForCurrentThread() - before) / maps;
        Assert.InRange(empty, 1, 88);
        Assert.Equal(empty, one);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(2000)]
    public void Adding_and_removing_allocates_nothing_once_the_map_has_been_that_large(int ranges)
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        ulong[] additions = new ulong[ranges];
        for (int i = 0; i < ranges; i++)
            additions[i] = (ulong)i * 2 * Page;
        ulong[] removals = [.. additions];
        Random random = new(1);
        random.Shuffle(additions);
        random.Shuffle(removals);
        Cycle(map, additions, removals);
        Cycle(map, additions, removals);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Cycle(map, additions, removals);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Finding_and_looking_for_gaps_allocates_nothing()
    {
        IntervalMap<Tag> map = IntervalMapTests.Fill(3000, Page, 2 * Page);
        ulong[] addresses = [0, Page, 5 * Page, 1000 * Page];
        var results = new Interval<Tag>[4];
        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use()
        {
            map.TryFind(2 * Page, out _, out _, out _);
            map.FindMany(addresses, results);
            map.TryFindFirst(Page, 9 * Page, out _, out _, out _);
            map.TryFindGap(2 * Page, Page, 0, 0, ulong.MaxValue, out _);
            map.TryUpdate(0, Tag.Of(3, 4));
            foreach (Interval<Tag> range in map)
                _ = range;
        }
    }

    [Fact]
    public void Maps_that_share_a_pool_use_each_others_nodes_again()
    {
        NodePool<Tag> nodes = new();
        ulong[] starts = [.. Enumerable.Range(0, 2000).Select(i => (ulong)i * 2 * Page)];
        Cycle(new IntervalMap<Tag>(nodes), starts, starts);
        long bytes = nodes.Bytes;
        for (int i = 0; i < 20; i++)
            Cycle(new IntervalMap<Tag>(nodes), starts, starts);
        Assert.Equal(bytes, nodes.Bytes);
    }

    /// <summary>Adds all in one order and removes all in another.</summary>
    private static void Cycle(IntervalMap<Tag> map, ulong[] additions, ulong[] removals)
    {
        foreach (ulong start in additions)
            map.TryAdd(start, start + Page - 1, Tag.Of(start, start));
        foreach (ulong start in removals)
            map.Remove(start, out _, out _);
    }
}
