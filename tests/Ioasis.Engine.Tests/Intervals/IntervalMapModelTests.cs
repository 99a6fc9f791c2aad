using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

/// <summary>Random operations on a map and on <see cref="SortedModel"/>, compared after each; the tree is checked as it goes.</summary>
public sealed class IntervalMapModelTests
{
    /// <summary>Addresses from <c>Base</c> (modulo 2^64) on, <c>Size</c> of them, ranges of up to <c>Longest</c>, about <c>Target</c> at a time.</summary>
    internal sealed record Universe(string Name, ulong Base, ulong Size, ulong Longest, int Target, int Steps);

    private static readonly Universe[] Universes =
    [
        new("tiny: every edge meets every other", 0, 48, 6, 12, 6000),
        new("one byte ranges side by side", 0, 700, 1, 500, 6000),
        new("at the top", ulong.MaxValue - 599, 600, 4, 200, 6000),
        new("round the corner: both ends of the space", ulong.MaxValue - 299, 600, 4, 200, 6000),
        new("whole space", 0, ulong.MaxValue, ulong.MaxValue, 3, 3000),
        new("sparse", 0, ulong.MaxValue, 1ul << 52, 900, 6000),
        new("three levels", 1ul << 40, 40_000, 3, 6000, 16_000),
    ];

    public static TheoryData<int, int> Cases()
    {
        TheoryData<int, int> data = [];
        for (int universe = 0; universe < Universes.Length; universe++)
        {
            for (int seed = 1; seed <= (universe == Universes.Length - 1 ? 1 : 4); seed++)
                data.Add(universe, seed);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Does_what_a_sorted_list_does(int universeIndex, int seed)
    {
        Universe universe = Universes[universeIndex];
        Random random = new(seed * 7919 + universeIndex);
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        SortedModel model = new();
        bool large = universe.Target > 2000;
        for (int step = 0; step < universe.Steps; step++)
        {
            // Grow to the target, shrink to nothing, and again: every split and every merge happens, at every size.
            int phase = universe.Steps / 4;
            bool growing = step / phase % 2 == 0 && model.Ranges.Count < universe.Target;
            int add = growing ? 70 : 15;
            int dice = random.Next(100);
            if (dice < add)
                Add(map, model, universe, random);
            else if (dice < 85)
                Remove(map, model, universe, random);
            else if (dice < 90)
                Update(map, model, universe, random);
            else
                Gap(map, model, universe, random);
            Find(map, model, universe, random);
            if (!large || step % 64 == 0)
            {
                TreeChecker.Check(map);
                AssertSame(model, map);
            }
        }
        while (model.Ranges.Count > 0)
        {
            Interval<Tag> range = model.Ranges[random.Next(model.Ranges.Count)];
            model.Remove(range.Start, out _);
            Assert.True(map.Remove(range.Start, out _, out _));
            if (!large || model.Ranges.Count % 64 == 0)
                TreeChecker.Check(map);
        }
        Assert.Equal(0, map.Count);
    }

    /// <summary>The enumeration gives the model's ranges in the model's order.</summary>
    private static void AssertSame(SortedModel model, IntervalMap<Tag> map)
    {
        int i = 0;
        foreach (Interval<Tag> range in map)
        {
            Interval<Tag> expected = model.Ranges[i++];
            if (expected.Start != range.Start || expected.Last != range.Last || expected.Value != range.Value)
                Assert.Fail($"range {i - 1} is [{range.Start}, {range.Last}], not [{expected.Start}, {expected.Last}]");
        }
        Assert.Equal(model.Ranges.Count, i);
    }

    private static ulong Address(Universe universe, SortedModel model, Random random)
    {
        if (model.Ranges.Count > 0 && random.Next(3) == 0)
        {
            Interval<Tag> near = model.Ranges[random.Next(model.Ranges.Count)];
            return random.Next(4) switch
            {
                0 => near.Start,
                1 => near.Last,
                2 => unchecked(near.Start - 1),
                _ => unchecked(near.Last + 1),
            };
        }
        return unchecked(universe.Base + (ulong)(random.NextDouble() * universe.Size));
    }

    private static (ulong Start, ulong Last) Range(Universe universe, SortedModel model, Random random)
    {
        ulong start = Address(universe, model, random);
        ulong more = universe.Longest == 1 ? 0 : (ulong)(random.NextDouble() * random.NextDouble() * universe.Longest);
        return (start, start + Math.Min(more, ulong.MaxValue - start));
    }

    private static void Add(IntervalMap<Tag> map, SortedModel model, Universe universe, Random random)
    {
        (ulong start, ulong last) = Range(universe, model, random);
        Tag value = new((ulong)random.NextInt64(), 1, 2);
        Assert.Equal(model.TryAdd(start, last, value), map.TryAdd(start, last, value));
        Assert.Equal(model.Ranges.Count, map.Count);
    }

    private static void Remove(IntervalMap<Tag> map, SortedModel model, Universe universe, Random random)
    {
        ulong start = model.Ranges.Count > 0 && random.Next(5) != 0
            ? model.Ranges[random.Next(model.Ranges.Count)].Start
            : Address(universe, model, random);
        Assert.Equal(model.Remove(start, out Interval<Tag> expected), map.Remove(start, out ulong last, out Tag value));
        Assert.Equal((expected.Last, expected.Value), (last, value));
    }

    private static void Update(IntervalMap<Tag> map, SortedModel model, Universe universe, Random random)
    {
        ulong start = Address(universe, model, random);
        Tag value = new((ulong)random.NextInt64(), 3, 4);
        Assert.Equal(model.TryUpdate(start, value), map.TryUpdate(start, value));
    }

    private static void Gap(IntervalMap<Tag> map, SortedModel model, Universe universe, Random random)
    {
        ulong alignment = 1ul << random.Next(universe.Size > 1ul << 30 ? 22 : 6);
        ulong offset = (ulong)random.NextInt64() & (alignment - 1);
        ulong length = (ulong)(random.NextDouble() * random.NextDouble() * 4 * universe.Longest);
        ulong first = random.Next(3) == 0 ? 0 : Address(universe, model, random);
        ulong last = random.Next(3) == 0 ? ulong.MaxValue : Address(universe, model, random);
        ulong? expected = model.Gap(length, alignment, offset, first, last);
        bool found = map.TryFindGap(length, alignment, offset, first, last, out ulong start);
        Assert.Equal(expected, found ? start : null);
    }

    private static void Find(IntervalMap<Tag> map, SortedModel model, Universe universe, Random random)
    {
        ulong address = Address(universe, model, random);
        bool found = map.TryFind(address, out ulong start, out ulong last, out Tag value);
        Assert.Equal(Triple(model.First(address, address)), found ? (start, last, value) : null);

        (ulong from, ulong to) = Range(universe, model, random);
        found = map.TryFindFirst(from, to, out start, out last, out value);
        Assert.Equal(Triple(model.First(from, to)), found ? (start, last, value) : null);
    }

    private static (ulong, ulong, Tag)? Triple(Interval<Tag>? range) =>
        range is { } r ? (r.Start, r.Last, r.Value) : null;
}
