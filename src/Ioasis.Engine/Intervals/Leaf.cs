using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ioasis.Engine.Intervals;

/// <summary>Up to <see cref="Shape.Leaf"/> ranges with their values, ascending, as three rows: lasts (searched), starts, values.</summary>
/// <remarks>
/// All leaves of a tree with branches are <see cref="FullLeaf{TValue}"/>. A map with few ranges has one leaf and no branch, and that leaf
/// may be of a smaller kind, because there can be a million such maps. Unused lasts are <see cref="ulong.MaxValue"/>, unused values are
/// default (they must not keep objects alive).
/// </remarks>
internal abstract class Leaf<TValue> : Node
    where TValue : struct
{
    /// <summary>Writer only: the next leaf in ascending order, or the next in the pool.</summary>
    public Leaf<TValue>? Next;

    /// <summary>The inclusive ends, ascending; as long as the capacity.</summary>
    public abstract Span<ulong> Lasts { get; }

    public abstract Span<ulong> Starts { get; }

    public abstract Span<TValue> Values { get; }

    /// <summary>The first range whose last is not below <paramref name="address"/>: the only one that can hold it. Count when there is none.</summary>
    public abstract int Find(ulong address);

    /// <summary>Puts a range at <paramref name="i"/>; there must be room. Within a change.</summary>
    public void Insert(int i, ulong start, ulong last, in TValue value)
    {
        int count = Count;
        Span<ulong> lasts = Lasts, starts = Starts;
        Span<TValue> values = Values;
        if (i < count)
        {
            lasts[i..count].CopyTo(lasts[(i + 1)..]);
            starts[i..count].CopyTo(starts[(i + 1)..]);
            values[i..count].CopyTo(values[(i + 1)..]);
        }
        lasts[i] = last;
        starts[i] = start;
        values[i] = value;
        Count = count + 1;
    }

    /// <summary>Takes the range at <paramref name="i"/> out. Within a change.</summary>
    public void RemoveAt(int i)
    {
        int count = Count - 1;
        Span<ulong> lasts = Lasts, starts = Starts;
        Span<TValue> values = Values;
        lasts[(i + 1)..(count + 1)].CopyTo(lasts[i..]);
        starts[(i + 1)..(count + 1)].CopyTo(starts[i..]);
        values[(i + 1)..(count + 1)].CopyTo(values[i..]);
        lasts[count] = ulong.MaxValue;
        values[count] = default;
        Count = count;
    }

    /// <summary>Moves <paramref name="count"/> ranges from <paramref name="from"/> on to <paramref name="target"/>'s end. Within a change of both.</summary>
    public void MoveToEnd(int from, int count, Leaf<TValue> target)
    {
        Lasts.Slice(from, count).CopyTo(target.Lasts[target.Count..]);
        Starts.Slice(from, count).CopyTo(target.Starts[target.Count..]);
        Values.Slice(from, count).CopyTo(target.Values[target.Count..]);
        target.Count += count;
        Cut(from, count);
    }

    /// <summary>Moves the last <paramref name="count"/> ranges to <paramref name="target"/>'s beginning. Within a change of both.</summary>
    public void MoveToFront(int count, Leaf<TValue> target)
    {
        int from = Count - count;
        target.Lasts[..target.Count].CopyTo(target.Lasts[count..]);
        target.Starts[..target.Count].CopyTo(target.Starts[count..]);
        target.Values[..target.Count].CopyTo(target.Values[count..]);
        Lasts.Slice(from, count).CopyTo(target.Lasts);
        Starts.Slice(from, count).CopyTo(target.Starts);
        Values.Slice(from, count).CopyTo(target.Values);
        target.Count += count;
        Cut(from, count);
    }

    /// <summary>The largest hole between two ranges of this leaf; 0 when there is none.</summary>
    public ulong LargestHole()
    {
        ReadOnlySpan<ulong> starts = Starts[..Count], lasts = Lasts[..Count];
        ulong largest = 0;
        for (int i = 1; i < starts.Length; i++)
            largest = Math.Max(largest, starts[i] - lasts[i - 1] - 1);
        return largest;
    }

    private void Cut(int from, int count)
    {
        int rest = Count - from - count;
        Lasts.Slice(from + count, rest).CopyTo(Lasts[from..]);
        Starts.Slice(from + count, rest).CopyTo(Starts[from..]);
        Values.Slice(from + count, rest).CopyTo(Values[from..]);
        Count = from + rest;
        Lasts.Slice(Count, count).Fill(ulong.MaxValue);
        Values.Slice(Count, count).Clear();
    }
}

/// <summary>The leaf of a map that has never held more than one range.</summary>
internal sealed class OneLeaf<TValue> : Leaf<TValue>
    where TValue : struct
{
    private ulong _last = ulong.MaxValue;
    private ulong _start;
    private TValue _value;

    public override Span<ulong> Lasts => new(ref _last);

    public override Span<ulong> Starts => new(ref _start);

    public override Span<TValue> Values => new(ref _value);

    public override int Find(ulong address) => Count != 0 && _last < address ? 1 : 0;
}

/// <summary>The leaf of a map that has never held more than four ranges.</summary>
internal sealed class FourLeaf<TValue> : Leaf<TValue>
    where TValue : struct
{
    private Four<ulong> _lasts;
    private Four<ulong> _starts;
    private Four<TValue> _values;

    public FourLeaf() => Lasts.Fill(ulong.MaxValue);

    public override Span<ulong> Lasts => _lasts;

    public override Span<ulong> Starts => _starts;

    public override Span<TValue> Values => _values;

    public override int Find(ulong address)
    {
        int below = 0;
        foreach (ulong last in Lasts)
            below += last < address ? 1 : 0;
        return below;
    }
}

/// <summary>The leaf of every larger map.</summary>
internal sealed class FullLeaf<TValue> : Leaf<TValue>
    where TValue : struct
{
    private LeafRow<ulong> _lasts;
    private LeafRow<ulong> _starts;
    private LeafRow<TValue> _values;

    public FullLeaf() => Lasts.Fill(ulong.MaxValue);

    public override Span<ulong> Lasts => _lasts;

    public override Span<ulong> Starts => _starts;

    public override Span<TValue> Values => _values;

    public override int Find(ulong address) => Search(address);

    /// <summary><see cref="Find"/> for who knows the type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Search(ulong address) => Keys.CountBelow(ref MemoryMarshal.GetReference((Span<ulong>)_lasts), Shape.Leaf, address);
}
