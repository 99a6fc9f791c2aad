using Ioasis.Engine.Intervals;

namespace Ioasis.Bench.Intervals;

/// <summary>
/// The interval map at 1 to 1,000,000 ranges beside a red-black tree, a sorted array, and bare dependent loads over as much memory.
/// </summary>
/// <remarks>
/// Ranges are one page long, four pages apart. "add" and "remove" put new ranges into a tenth (at least 1,000, at most all) of the holes,
/// in random order, and take them out in another. "find random" asks for the next address only when the last answer is there;
/// "independent" does not wait; "batch" is <see cref="IntervalMap{TValue}.FindMany"/>.
/// </remarks>
internal static class IntervalSuite
{
    private const ulong Page = 4096, Stride = 4 * Page;

    /// <summary>Finds measured in one round.</summary>
    private const int Finds = 1 << 16;

    private static readonly object Backing = new();

    public static void Run()
    {
        Console.WriteLine("interval map: ns an operation");
        Console.WriteLine($"{"ranges",9} {"structure",-14} {"add",7} {"remove",7} {"same",7} {"random",7} {"indep.",7} {"batch",7} {"bytes each",10}");
        RunTiny();
        foreach (int ranges in new[] { 100, 10_000, 100_000, 1_000_000 })
        {
            long before = GC.GetTotalMemory(true);
            EngineMap engine = new(new IntervalMap<Area>());
            ulong[] order = Shuffled(ranges, seed: 1);
            FillRandom(engine, order);
            double bytes = (GC.GetTotalMemory(true) - before - 8.0 * ranges) / ranges;
            double batch = Batch(engine.Map, ranges);
            Row(ranges, "interval map", engine, batch, bytes);
            Gap(engine.Map, ranges);
            long footprint = (long)(bytes * ranges);
            engine = default;

            before = GC.GetTotalMemory(true);
            RedBlackMap redBlack = new([]);
            FillRandom(redBlack, order);
            bytes = (GC.GetTotalMemory(true) - before) / (double)ranges;
            Row(ranges, "red-black", redBlack, double.NaN, bytes);
            redBlack = default;

            SortedArrayMap array = new(new(ranges * 2 + 1000));
            for (int i = 0; i < ranges; i++)
                array.Add((ulong)i * Stride, (ulong)i * Stride + Page - 1, new Area(Backing, (ulong)i));
            Row(ranges, "sorted array", array, double.NaN, 48, change: ranges <= 10_000);

            Console.WriteLine($"{ranges,9} {"bare load",-14} {"",7} {"",7} {"",7} {Chase(footprint),7:f1}");
        }
    }

    /// <summary>Empty maps that get one range and lose it; a thousand of them, because one alone is too quick to be timed.</summary>
    private static void RunTiny()
    {
        const int maps = 1000;
        var all = new IntervalMap<Area>[maps];
        long empty = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < maps; i++)
            all[i] = new IntervalMap<Area>();
        empty = (GC.GetAllocatedBytesForCurrentThread() - empty) / maps;
        long one = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < maps; i++)
            all[i].TryAdd(0, Page - 1, new Area(Backing, 0));
        one = empty + (GC.GetAllocatedBytesForCurrentThread() - one) / maps;
        EngineMap[] engines = [.. all.Select(map => new EngineMap(map))];
        RedBlackMap[] trees = [.. all.Select(_ => new RedBlackMap([]))];
        Remove(engines);
        double[] times = Stopwatches.BestOf(maps, () => Add(engines), () => Remove(engines));
        double same = FindSame(engines[0], 0);
        Console.WriteLine($"{"0 / 1",9} {"interval map",-14} {times[0],7:f1} {times[1],7:f1} {same,7:f1} {"",7} {"",7} {"",7} {empty + "/" + one,10}");
        times = Stopwatches.BestOf(maps, () => Add(trees), () => Remove(trees));
        Console.WriteLine($"{"0 / 1",9} {"red-black",-14} {times[0],7:f1} {times[1],7:f1}");
    }

    private static void Add<TMap>(TMap[] maps)
        where TMap : struct, IRangeMap
    {
        Area value = new(Backing, 5);
        foreach (TMap map in maps)
            map.Add(0, Page - 1, value);
    }

    private static void Remove<TMap>(TMap[] maps)
        where TMap : struct, IRangeMap
    {
        foreach (TMap map in maps)
            map.Remove(0);
    }

    private static void Row<TMap>(int ranges, string name, TMap map, double batch, double bytes, bool change = true)
        where TMap : struct, IRangeMap
    {
        double[] times = [double.NaN, double.NaN];
        if (change)
        {
            int changes = Math.Min(ranges, Math.Max(1000, ranges / 10));
            ulong[] holes = Shuffled(ranges, seed: 2)[..changes];
            ulong[] back = [.. holes];
            new Random(3).Shuffle(back);
            times = Stopwatches.BestOf(changes, () => AddHoles(map, holes), () => RemoveHoles(map, back));
        }
        ulong[] addresses = Addresses(ranges);
        double same = FindSame(map, (ulong)(ranges / 2) * Stride);
        double random = Stopwatches.Best(Finds, () => FindDependent(map, addresses));
        double independent = Stopwatches.Best(Finds, () => FindIndependent(map, addresses));
        Console.WriteLine(
            $"{ranges,9} {name,-14} {times[0],7:f1} {times[1],7:f1} {same,7:f1} {random,7:f1} {independent,7:f1} {batch,7:f1} {bytes,10:f1}");
    }

    private static void AddHoles<TMap>(TMap map, ulong[] holes)
        where TMap : struct, IRangeMap
    {
        Area value = new(Backing, 5);
        foreach (ulong hole in holes)
            map.Add(hole * Stride + 2 * Page, hole * Stride + 3 * Page - 1, value);
    }

    private static void RemoveHoles<TMap>(TMap map, ulong[] holes)
        where TMap : struct, IRangeMap
    {
        foreach (ulong hole in holes)
            map.Remove(hole * Stride + 2 * Page);
    }

    private static double FindSame<TMap>(TMap map, ulong address)
        where TMap : struct, IRangeMap
    {
        ulong[] addresses = new ulong[Finds];
        Array.Fill(addresses, address);
        return Stopwatches.Best(Finds, () => FindIndependent(map, addresses));
    }

    private static ulong FindIndependent<TMap>(TMap map, ulong[] addresses)
        where TMap : struct, IRangeMap
    {
        ulong sum = 0;
        foreach (ulong address in addresses)
            sum += map.Find(address);
        return sum;
    }

    /// <summary>Each address depends on the answer before it, by a bit that is never set.</summary>
    private static ulong FindDependent<TMap>(TMap map, ulong[] addresses)
        where TMap : struct, IRangeMap
    {
        ulong answer = 0;
        foreach (ulong address in addresses)
            answer = map.Find(address + (answer >> 63));
        return answer;
    }

    private static double Batch(IntervalMap<Area> map, int ranges)
    {
        ulong[] addresses = Addresses(ranges);
        var results = new Interval<Area>[64];
        return Stopwatches.Best(Finds, () => FindBatches(map, addresses, results));
    }

    private static int FindBatches(IntervalMap<Area> map, ulong[] addresses, Interval<Area>[] results)
    {
        int found = 0;
        for (int i = 0; i < addresses.Length; i += results.Length)
            found += map.FindMany(addresses.AsSpan(i, results.Length), results);
        return found;
    }

    /// <summary>Every hole is three pages; two kinds of request that no hole but the last takes.</summary>
    private static void Gap(IntervalMap<Area> map, int ranges)
    {
        const int requests = 200;
        double small = Stopwatches.Best(requests, () => FindGaps(map, requests, 4 * Page, Page));
        double misaligned = ranges > 10_000 ? double.NaN : Stopwatches.Best(1, () => FindGaps(map, 1, 3 * Page, 4 * Page));
        Console.WriteLine($"{ranges,9} gap: every hole too small {small:f1}, every hole large enough but not aligned {misaligned:f1}");
    }

    private static ulong FindGaps(IntervalMap<Area> map, int requests, ulong length, ulong alignment)
    {
        ulong sum = 0;
        for (int i = 0; i < requests; i++)
        {
            map.TryFindGap(length, alignment, 0, 0, ulong.MaxValue, out ulong start);
            sum += start;
        }
        return sum;
    }

    /// <summary>The machine's own limit: loads that each wait for the one before, at random over <paramref name="bytes"/>.</summary>
    private static double Chase(long bytes)
    {
        const int line = 16;
        int[] next = new int[Math.Max(bytes / 64, 16) * line];
        ulong[] order = Shuffled(next.Length / line, seed: 5);
        for (int i = 0; i < order.Length; i++)
            next[(int)order[i] * line] = (int)order[(i + 1) % order.Length] * line;
        return Stopwatches.Best(Finds, () => Follow(next));
    }

    private static int Follow(int[] next)
    {
        int at = 0;
        for (int i = 0; i < Finds; i++)
            at = next[at];
        return at;
    }

    private static void FillRandom<TMap>(TMap map, ulong[] order)
        where TMap : struct, IRangeMap
    {
        foreach (ulong i in order)
            map.Add(i * Stride, i * Stride + Page - 1, new Area(Backing, i));
    }

    private static ulong[] Addresses(int ranges)
    {
        Random random = new(4);
        ulong[] addresses = new ulong[Finds];
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
