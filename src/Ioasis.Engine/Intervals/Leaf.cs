using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Ioasis.Engine.Intervals;

/// <summary>Up to <see cref="Shape.Leaf"/> ranges with their values.</summary>
/// <remarks>
/// <para>The last addresses stand in ascending order, because they are searched. The rest of a range, its entry, is written to a free slot
/// once and stays there; <see cref="Order"/> says which slot is whose.</para>
/// <para>All leaves of a tree with branches are <see cref="FullLeaf{TValue}"/>. A map with few ranges has one leaf and no branch, and that
/// leaf may be of a smaller kind, because there can be a million such maps. Unused lasts are <see cref="ulong.MaxValue"/>, unused entries
/// are default (they must not keep objects alive).</para>
/// <para>Readers read within <see cref="Version"/>; only the writer, between its Begin and End, writes. Positions are 0 to
/// <see cref="Node.Count"/> - 1 in ascending order.</para>
/// </remarks>
internal abstract class Leaf<TValue> : Node
    where TValue : struct
{
    /// <summary>Guards everything here but <see cref="Next"/>. It outlives the leaf's use: a reader that still holds a leaf used anew sees it.</summary>
    public Sequence Version;

    /// <summary>Which slot of <see cref="Entries"/> each position has.</summary>
    public SlotOrder Order = SlotOrder.Identity;

    /// <summary>Writer only: the next leaf in ascending order, or the next spare one.</summary>
    public Leaf<TValue>? Next;

    /// <summary>The inclusive ends, ascending; as long as the capacity.</summary>
    public abstract Span<ulong> Lasts { get; }

    /// <summary>The other parts of the ranges, by slot; as long as the capacity.</summary>
    public abstract Span<Entry<TValue>> Entries { get; }

    /// <summary>
    /// The position of the first range whose last is not below <paramref name="address"/>, the only one that can hold it;
    /// <see cref="Node.Count"/>, or more in a half-changed leaf, when there is none.
    /// </summary>
    public abstract int Find(ulong address);

    /// <summary>The start and the value of the range at a position.</summary>
    public virtual ref Entry<TValue> EntryAt(int position) => ref Entries[Order[position]];

    /// <summary>Puts a range at a position; there must be room. Within a change.</summary>
    public virtual void Insert(int position, ulong start, ulong last, in TValue value)
    {
        int count = Count;
        Span<ulong> lasts = Lasts;
        lasts[position..count].CopyTo(lasts[(position + 1)..]);
        lasts[position] = last;
        Order = Order.MovedDown(count, position);
        ref Entry<TValue> entry = ref EntryAt(position);
        entry.Start = start;
        entry.Value = value;
        Count = count + 1;
    }

    /// <summary>Takes the range at a position out. Within a change.</summary>
    public virtual void RemoveAt(int position)
    {
        int count = Count - 1;
        Span<ulong> lasts = Lasts;
        lasts[(position + 1)..(count + 1)].CopyTo(lasts[position..]);
        lasts[count] = ulong.MaxValue;
        EntryAt(position) = default;
        Order = Order.MovedUp(position, count);
        Count = count;
    }

    /// <summary>Copies <paramref name="count"/> ranges from a position on to another leaf, where they come to <paramref name="to"/>. Within a change.</summary>
    public void CopyTo(int position, int count, Leaf<TValue> target, int to)
    {
        for (int i = 0; i < count; i++)
        {
            ref Entry<TValue> entry = ref EntryAt(position + i);
            target.Insert(to + i, entry.Start, Lasts[position + i], in entry.Value);
        }
    }

    /// <summary>Takes the first <paramref name="count"/> ranges out. Within a change.</summary>
    public void RemoveFirst(int count)
    {
        for (int i = 0; i < count; i++)
            EntryAt(i) = default;
        Lasts[count..Count].CopyTo(Lasts);
        Lasts[(Count - count)..Count].Fill(ulong.MaxValue);
        Order = Order.Rotated(count);
        Count -= count;
    }

    /// <summary>Keeps the first <paramref name="count"/> ranges only. Within a change.</summary>
    public void Truncate(int count)
    {
        for (int i = count; i < Count; i++)
            EntryAt(i) = default;
        Lasts[count..Count].Fill(ulong.MaxValue);
        Count = count;
    }

    /// <summary>The size of the hole between the ranges at position - 1 and at the position, which is not the first.</summary>
    public ulong HoleBefore(int position) => EntryAt(position).Start - Lasts[position - 1] - 1;

    /// <summary>The largest hole between two ranges of this leaf; 0 when there is none.</summary>
    /// <param name="most">What it is known not to exceed: the search ends when a hole of this size is found.</param>
    public ulong LargestHole(ulong most = ulong.MaxValue)
    {
        ulong largest = 0;
        for (int i = 1; i < Count && largest != most; i++)
            largest = Math.Max(largest, HoleBefore(i));
        return largest;
    }
}

/// <summary>A range without its last address.</summary>
internal struct Entry<TValue>
    where TValue : struct
{
    public ulong Start;
    public TValue Value;
}

/// <summary>The leaf of a map that has never held more than one range.</summary>
internal sealed class OneLeaf<TValue> : Leaf<TValue>
    where TValue : struct
{
    private ulong _last = ulong.MaxValue;
    private Entry<TValue> _entry;

    public override Span<ulong> Lasts => new(ref _last);

    public override Span<Entry<TValue>> Entries => new(ref _entry);

    public override int Find(ulong address) => _last < address ? 1 : 0;
}

/// <summary>The leaf of a map that has never held more than four ranges.</summary>
internal sealed class FourLeaf<TValue> : Leaf<TValue>
    where TValue : struct
{
    private Four<ulong> _lasts;
    private Four<Entry<TValue>> _entries;

    public FourLeaf() => Lasts.Fill(ulong.MaxValue);

    public override Span<ulong> Lasts => _lasts;

    public override Span<Entry<TValue>> Entries => _entries;

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
    private LeafRow<Entry<TValue>> _entries;

    public FullLeaf() => Lasts.Fill(ulong.MaxValue);

    public override Span<ulong> Lasts => _lasts;

    public override Span<Entry<TValue>> Entries => _entries;

    public override int Find(ulong address) => Search(address);

    /// <summary><see cref="Find"/> for who knows the type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Search(ulong address)
    {
        ref ulong lasts = ref FirstLast;
        return (int)(Keys.CountBelow8(ref lasts, 0, address) + Keys.CountBelow8(ref lasts, 8, address));
    }

    /// <remarks>Any position will do: an order has sixteen slots.</remarks>
    public override ref Entry<TValue> EntryAt(int position) =>
        ref Unsafe.Add(ref MemoryMarshal.GetReference((Span<Entry<TValue>>)_entries), Order[position]);

    public override void Insert(int position, ulong start, ulong last, in TValue value)
    {
        Keys.Insert16(ref FirstLast, position, last);
        Order = Order.MovedDown(Count, position);
        ref Entry<TValue> entry = ref EntryAt(position);
        entry.Start = start;
        entry.Value = value;
        Count++;
    }

    public override void RemoveAt(int position)
    {
        Keys.Remove16(ref FirstLast, position);
        EntryAt(position) = default;
        Count--;
        Order = Order.MovedUp(position, Count);
    }

    /// <summary>Has the processor fetch the entry at a position.</summary>
    public unsafe void Prefetch(int position)
    {
        if (Sse.IsSupported)
        {
            byte* p = (byte*)Unsafe.AsPointer(ref EntryAt(position));
            Sse.Prefetch0(p);
            Sse.Prefetch0(p + 31);
        }
    }

    private ref ulong FirstLast => ref MemoryMarshal.GetReference((Span<ulong>)_lasts);
}
