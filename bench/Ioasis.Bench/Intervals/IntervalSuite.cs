using Ioasis.Bench.Limits;
using Ioasis.Bench.Rows;
using Ioasis.Bench.Suites;
using Ioasis.Engine.Intervals;

namespace Ioasis.Bench.Intervals;

/// <summary>
/// The interval map at 100 to 1,000,000 ranges beside a red-black tree, a sorted array, and bare dependent loads over as much memory.
/// </summary>
/// <remarks>
/// Ranges are one page long, four pages apart. "add" and "remove" put new ranges into a tenth (at least 1,000, at most all) of the holes,
/// in random order, and take them out in another. "find" asks for the next address only when the last answer is there; in batches it is
/// <see cref="IntervalMap{TValue}.FindMany"/>.
/// </remarks>
internal static class IntervalSuite
{
    private const ulong Page = 4096, Stride = 4 * Page;

    /// <summary>Finds measured in one round.</summary>
    private const int Finds = 1 << 16;

    public static IEnumerable<Trial> Trials()
    {
        foreach (int ranges in new[] { 100, 10_000, 100_000, 1_000_000 })
            yield return new Trial($"intervals/{ranges}", session => Compare(session, ranges)) { IsLong = ranges > 100_000 };
    }

    private static void Compare(Session session, int ranges)
    {
        long before = HeldMemory.Now();
        EngineMap engine = new(new IntervalMap<Area>(new NodePool<Area>()));
        ulong[] order = Shuffled(ranges, seed: 1);
        FillRandom(engine, order);
        double bytes = (HeldMemory.Now() - before - 8.0 * ranges) / ranges;
        RedBlackMap redBlack = new([]);
        FillRandom(redBlack, order);
        double treeBytes = (HeldMemory.Now() - before - 8.0 * ranges) / ranges - bytes;
        SortedArrayMap array = new(new(ranges * 2 + 1000));
        for (int i = 0; i < ranges; i++)
            array.Add((ulong)i * Stride, (ulong)i * Stride + Page - 1, new Area((ulong)i));

        int changes = Math.Min(ranges, Math.Max(1000, ranges / 10));
        ulong[] holes = Shuffled(ranges, seed: 2)[..changes];
        ulong[] back = [.. holes];
        new Random(3).Shuffle(back);
        double[] times = session.BestOf(
            changes, () => AddHoles(engine, holes), () => RemoveHoles(engine, back), () => AddHoles(redBlack, holes), () => RemoveHoles(redBlack, back));
        string n = $"{ranges:n0} ranges";
        session.Add("add", $"interval map, add, {n}", "ns", times[0], null, new Yardstick("SortedDictionary", times[2]));
        session.Add("remove", $"interval map, remove, {n}", "ns", times[1], null, new Yardstick("SortedDictionary", times[3]));

        AddressStream addresses = new(Addresses(ranges), Finds);
        double[] finds = session.BestOfEach(
            Finds, () => FindDependent(engine, addresses.Next()), () => FindDependent(redBlack, addresses.Next()),
            () => FindDependent(array, addresses.Next()));
        session.Add("find", $"interval map, find at random, {n}", "ns", finds[0], null, new Yardstick("sorted array", finds[2]));
        session.Add("find-tree", $"the same beside a tree, {n}", "ns", finds[0], null, new Yardstick("SortedDictionary", finds[1]));
        var results = new Interval<Area>[64];
        double batch = session.Best(Finds, () => FindBatches(engine.Map, addresses.Next(), results));
        double chase = Loads.Dependent(session, (long)(bytes * ranges));
        session.Add("batch", $"interval map, find at random in batches of 64, {n}", "ns", batch, null, new Yardstick("dependent load", chase));
        if (ranges > 100) // of so few, what the collector hands out at once is more
            session.Add("bytes", $"interval map, memory, {n}", "bytes each", bytes, null, new Yardstick("SortedDictionary", treeBytes));
    }

    private static void AddHoles<TMap>(TMap map, ulong[] holes)
        where TMap : struct, IRangeMap
    {
        Area value = new(5);
        foreach (ulong hole in holes)
            map.Add(hole * Stride + 2 * Page, hole * Stride + 3 * Page - 1, value);
    }

    private static void RemoveHoles<TMap>(TMap map, ulong[] holes)
        where TMap : struct, IRangeMap
    {
        foreach (ulong hole in holes)
            map.Remove(hole * Stride + 2 * Page);
    }

    /// <summary>Each address depends on the answer before it, by a bit that is never set.</summary>
    private static ulong FindDependent<TMap>(TMap map, ReadOnlySpan<ulong> addresses)
        where TMap : struct, IRangeMap
    {
        ulong answer = 0;
        foreach (ulong address in addresses)
            answer = map.Find(address + (answer >> 63));
        return answer;
    }

    private static int FindBatches(IntervalMap<Area> map, ReadOnlySpan<ulong> addresses, Interval<Area>[] results)
    {
        int found = 0;
        for (int i = 0; i < addresses.Length; i += results.Length)
            found += map.FindMany(addresses.Slice(i, results.Length), results);
        return found;
    }

    private static void FillRandom<TMap>(TMap map, ulong[] order)
        where TMap : struct, IRangeMap
    {
        foreach (ulong i in order)
            map.Add(i * Stride, i * Stride + Page - 1, new Area(i));
    }

    private static ulong[] Addresses(int ranges)
    {
        Random random = new(4);
        ulong[] addresses = new ulong[Math.Max(ranges, Finds)];
        for (int i = 0; i < addresses.Length; i++)
            addresses[i] = (ulong)random.Next(ranges) * Stride + (ulong)random.Next((int)Page);
        return addresses;
    }

    private static ulong[] Shuffled(int count, int seed)
    {
        ulong[] order = new ulong[count];
        for (int i = 0; i < count; i++)
            order[i] = (ulong)i;
        new Random(seed).Shuffle(order);
        return order;
    }
}
