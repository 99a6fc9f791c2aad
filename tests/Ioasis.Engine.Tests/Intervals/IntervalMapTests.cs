using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

public sealed class IntervalMapTests
{
    private const ulong Page = 4096;

    [Fact]
    public void An_empty_map_finds_nothing_and_is_all_gap()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        Assert.False(map.TryFind(0, out _, out _, out _));
        Assert.False(map.TryFindFirst(0, ulong.MaxValue, out _, out _, out _));
        Assert.False(map.Remove(0, out _, out _));
        Assert.False(map.TryUpdate(0, default));
        Assert.True(map.TryFindGap(ulong.MaxValue, 1, 0, 0, ulong.MaxValue, out ulong start));
        Assert.Equal(0ul, start);
        Assert.False(map.GetEnumerator().MoveNext());
    }

    [Fact]
    public void A_range_may_cover_everything()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        Assert.True(map.TryAdd(0, ulong.MaxValue, Tag.Of(0, ulong.MaxValue)));
        Assert.False(map.TryAdd(5, 5, default));
        foreach (ulong address in new[] { 0ul, 1ul, 1ul << 63, ulong.MaxValue })
        {
            Assert.True(map.TryFind(address, out ulong start, out ulong last, out Tag value));
            Assert.Equal((0ul, ulong.MaxValue, Tag.Of(0, ulong.MaxValue)), (start, last, value));
        }
        Assert.False(map.TryFindGap(1, 1, 0, 0, ulong.MaxValue, out _));
        Assert.True(map.Remove(0, out _, out _));
        Assert.True(map.TryFindGap(1, 1, 0, ulong.MaxValue, ulong.MaxValue, out ulong free));
        Assert.Equal(ulong.MaxValue, free);
    }

    [Fact]
    public void Neighbours_without_a_hole_stay_apart()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        for (ulong i = 0; i < 100; i++)
            Assert.True(map.TryAdd(i * Page, i * Page + Page - 1, Tag.Of(i, i)));
        for (ulong i = 0; i < 100; i++)
        {
            Assert.True(map.TryFind(i * Page + Page - 1, out ulong start, out ulong last, out _));
            Assert.Equal((i * Page, i * Page + Page - 1), (start, last));
        }
        Assert.True(map.TryFindGap(Page, Page, 0, 0, ulong.MaxValue, out ulong free));
        Assert.Equal(100 * Page, free);
    }

    [Fact]
    public void Only_the_exact_start_removes_and_updates()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        map.TryAdd(100, 199, Tag.Of(100, 199));
        Assert.False(map.Remove(101, out _, out _));
        Assert.False(map.Remove(99, out _, out _));
        Assert.False(map.TryUpdate(150, default));
        Assert.True(map.TryUpdate(100, Tag.Of(1, 1)));
        Assert.True(map.Remove(100, out ulong last, out Tag value));
        Assert.Equal((199ul, Tag.Of(1, 1)), (last, value));
    }

    [Fact]
    public void A_map_of_any_height_that_was_emptied_takes_the_whole_space()
    {
        foreach (int ranges in new[] { 0, 1, 4, 16, 100, 5000 })
        {
            IntervalMap<Tag> map = Fill(ranges, Page, 2 * Page);
            for (int i = 0; i < ranges; i++)
                Assert.True(map.Remove((ulong)i * 2 * Page, out _, out _));
            Assert.Equal(0, map.Count);
            Assert.False(map.TryFind(0, out _, out _, out _));
            Assert.True(map.TryAdd(0, ulong.MaxValue, default));
            TreeChecker.Check(map);
        }
    }

    [Fact]
    public void The_lowest_hole_is_taken()
    {
        // 10,000 ranges of a page, each followed by a hole of a page, the last by all the rest.
        IntervalMap<Tag> map = Fill(10_000, Page, 2 * Page);
        Assert.True(map.TryFindGap(Page, Page, 0, 0, ulong.MaxValue, out ulong start));
        Assert.Equal(Page, start);
        Assert.True(map.TryFindGap(Page, Page, 0, 7000 * Page, ulong.MaxValue, out start));
        Assert.Equal(7001 * Page, start);
        Assert.True(map.TryFindGap(2 * Page, Page, 0, 0, ulong.MaxValue, out start));
        Assert.Equal(19_999 * Page, start);
    }

    [Fact]
    public void A_gap_keeps_its_offset_and_its_bounds()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        map.TryAdd(0, 0x1fff, default);
        Assert.True(map.TryFindGap(0x1000, 0x200000, 0x234, 0, ulong.MaxValue, out ulong start));
        Assert.Equal(0x200234ul, start);
        Assert.True(map.TryFindGap(0x1000, 0x1000, 0x234, 0, 0x3233, out start));
        Assert.Equal(0x2234ul, start);
        Assert.False(map.TryFindGap(0x1000, 0x1000, 0x234, 0, 0x3232, out _));
        Assert.True(map.TryFindGap(0x1000, 0x1000, 0x234, 0x2235, ulong.MaxValue, out start));
        Assert.Equal(0x3234ul, start);
        Assert.False(map.TryFindGap(0x1000, 0x1000, 0x234, ulong.MaxValue - 0xdca, ulong.MaxValue, out _));
        Assert.False(map.TryFindGap(0, 1, 0, 0, ulong.MaxValue, out _));
        Assert.False(map.TryFindGap(1, 1, 0, 5, 4, out _));
    }

    [Fact]
    public void A_search_for_a_gap_looks_at_few_nodes_when_every_hole_is_too_small()
    {
        IntervalMap<Tag> map = Fill(100_000, Page, 2 * Page);
        CountedVisits visits = default;
        ulong end = 200_000 * Page;
        Assert.False(map.TryFindGap(new GapRequest(2 * Page, Page, 0, 0, end - Page - 1), ref visits, out _));
        Assert.InRange(visits.Count, 1, 16);

        // From the middle on, and to the middle: the paths along the two bounds are looked at, nothing between.
        visits = default;
        Assert.False(map.TryFindGap(new GapRequest(2 * Page, Page, 0, end / 3, end / 3 * 2), ref visits, out _));
        Assert.InRange(visits.Count, 1, 16);

        // One hole that is large enough, far away.
        map.Remove(150_000 * Page, out _, out _);
        visits = default;
        Assert.True(map.TryFindGap(new GapRequest(2 * Page, Page, 0, 0, end - 1), ref visits, out ulong start));
        Assert.Equal(149_999 * Page, start);
        Assert.InRange(visits.Count, 1, 16);
    }

    [Fact]
    public void Holes_that_are_large_enough_but_misaligned_are_tried_once_not_at_every_search()
    {
        // Ranges of two pages, holes of six that begin two pages after a multiple of eight: seven aligned to four fit in none.
        const int ranges = 100_000;
        IntervalMap<Tag> map = Fill(ranges, 2 * Page, 8 * Page);
        ulong last = ranges * 8 * Page - 6 * Page - 1;
        GapRequest request = new(4 * Page, 8 * Page, 0, 0, last);
        CountedVisits visits = default;
        Assert.False(map.TryFindGap(request, ref visits, out _));
        Assert.True(visits.Count > 1000);

        AssertFew(expected: null);
        // What has been tried at one size needs no trial at a larger one.
        request = new(5 * Page, 8 * Page, 0, 0, last);
        AssertFew(expected: null);

        // A hole that grows is found, and one that is filled again is not.
        request = new(4 * Page, 8 * Page, 0, 0, last);
        map.Remove(70_000 * 8 * Page, out _, out _);
        AssertFew(expected: 70_000 * 8 * Page);
        Assert.True(map.TryAdd(70_000 * 8 * Page, 70_000 * 8 * Page + 2 * Page - 1, default));
        AssertFew(expected: null);

        void AssertFew(ulong? expected)
        {
            visits = default;
            bool found = map.TryFindGap(request, ref visits, out ulong start);
            Assert.Equal(expected, found ? start : null);
            // The ways along the two ends, and down to the leaf that was changed.
            Assert.InRange(visits.Count, 1, 150);
        }
    }

    [Fact]
    public void Many_addresses_are_found_as_one_by_one()
    {
        foreach (int ranges in new[] { 0, 1, 3, 16, 17, 600, 20_000 })
        {
            IntervalMap<Tag> map = Fill(ranges, Page, 2 * Page);
            Random random = new(ranges);
            foreach (int size in new[] { 0, 1, 7, 8, 9, 33, 1000 })
            {
                ulong[] addresses = new ulong[size];
                for (int i = 0; i < size; i++)
                    addresses[i] = (ulong)random.NextInt64(ranges * 2 * (long)Page + 3 * (long)Page);
                var results = new Interval<Tag>[size + 1];
                int expected = 0;
                int found = map.FindMany(addresses, results);
                for (int i = 0; i < size; i++)
                {
                    bool there = map.TryFind(addresses[i], out ulong start, out ulong last, out Tag value);
                    expected += there ? 1 : 0;
                    Assert.Equal(there, !results[i].IsNone);
                    if (there)
                        Assert.Equal((start, last, value), (results[i].Start, results[i].Last, results[i].Value));
                }
                Assert.Equal(expected, found);
                Assert.Equal(default, results[size]);
            }
        }
    }

    internal static IntervalMap<Tag> Fill(int ranges, ulong length, ulong stride)
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        for (int i = 0; i < ranges; i++)
        {
            ulong start = (ulong)i * stride;
            Assert.True(map.TryAdd(start, start + length - 1, Tag.Of(start, start + length - 1)));
        }
        return map;
    }
}
