using Ioasis.Engine.Intervals;

namespace Ioasis.Bench.Intervals;

/// <summary>What is measured: the engine's map, and what one would otherwise take. Structs, so that the calls are direct.</summary>
internal interface IRangeMap
{
    void Add(ulong start, ulong last, in Area value);

    void Remove(ulong start);

    /// <summary>The start of the range that holds the address.</summary>
    ulong Find(ulong address);
}

internal readonly struct EngineMap(IntervalMap<Area> map) : IRangeMap
{
    public IntervalMap<Area> Map => map;

    public void Add(ulong start, ulong last, in Area value) => map.TryAdd(start, last, value);

    public void Remove(ulong start) => map.Remove(start, out _, out _);

    public ulong Find(ulong address)
    {
        map.TryFind(address, out ulong start, out _, out Area value);
        return start + (value.Flags >> 8);
    }
}

/// <summary>
/// Yardstick: the base library's red-black tree. It has no "nearest below", so its find looks a start up exactly, which flatters it; and
/// no holes, and no readers beside a writer.
/// </summary>
internal readonly struct RedBlackMap(SortedDictionary<ulong, (ulong Last, Area Value)> map) : IRangeMap
{
    public void Add(ulong start, ulong last, in Area value) => map.Add(start, (last, value));

    public void Remove(ulong start) => map.Remove(start);

    public ulong Find(ulong address) =>
        map.TryGetValue(address & ~0xffful, out (ulong Last, Area Value) found) ? (address & ~0xffful) + (found.Value.Flags >> 8) : 0;
}

/// <summary>Yardstick: sorted arrays and a binary search. The smallest, and nothing to beat in a find of a small one; an addition moves half.</summary>
internal readonly struct SortedArrayMap(SortedArrayMap.Rows rows) : IRangeMap
{
    internal sealed class Rows(int capacity)
    {
        public readonly ulong[] Starts = new ulong[capacity];
        public readonly (ulong Last, Area Value)[] Rest = new (ulong, Area)[capacity];
        public int Count;
    }

    public void Add(ulong start, ulong last, in Area value)
    {
        int i = ~Array.BinarySearch(rows.Starts, 0, rows.Count, start);
        Array.Copy(rows.Starts, i, rows.Starts, i + 1, rows.Count - i);
        Array.Copy(rows.Rest, i, rows.Rest, i + 1, rows.Count - i);
        rows.Starts[i] = start;
        rows.Rest[i] = (last, value);
        rows.Count++;
    }

    public void Remove(ulong start)
    {
        int i = Array.BinarySearch(rows.Starts, 0, rows.Count, start);
        rows.Count--;
        Array.Copy(rows.Starts, i + 1, rows.Starts, i, rows.Count - i);
        Array.Copy(rows.Rest, i + 1, rows.Rest, i, rows.Count - i);
    }

    public ulong Find(ulong address)
    {
        int i = Array.BinarySearch(rows.Starts, 0, rows.Count, address);
        i = i < 0 ? ~i - 1 : i;
        ref (ulong Last, Area Value) rest = ref rows.Rest[i];
        return address <= rest.Last ? rows.Starts[i] + (rest.Value.Flags >> 8) : 0;
    }
}
