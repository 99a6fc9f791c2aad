using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Ioasis.Engine.Intervals;

/// <summary>Up to <see cref="Shape.Leaf"/> ranges with their values, ascending; in the memory of a <see cref="NodePool{TValue}"/>.</summary>
/// <remarks>
/// <para>The first two cache lines hold the header and the inclusive ends, because these are searched: one comparison a line. The rest of a
/// range follows. Unused ends are <see cref="ulong.MaxValue"/>.</para>
/// <para>Readers read within the header's version; only the writer, between <see cref="Begin"/> and <see cref="End"/>, writes.</para>
/// </remarks>
internal unsafe struct Leaf<TValue>
    where TValue : unmanaged
{
    private LeafHeader _header;
    private fixed ulong _lasts[Shape.Leaf];
    private LeafRow<Entry<TValue>> _entries;

    /// <summary>Writer only: the next leaf in ascending order, or the next spare one.</summary>
    public Leaf<TValue>* Next;

    /// <summary>Ranges here. The writer sets it within a change.</summary>
    public int Count
    {
        readonly get => _header.Count;
        set => _header.Count = value;
    }

    /// <summary>No change is under way.</summary>
    public readonly bool IsAtRest => _header.IsAtRest;

    /// <summary>The inclusive ends, used or not.</summary>
    [UnscopedRef]
    public Span<ulong> Lasts => MemoryMarshal.CreateSpan(ref _lasts[0], Shape.Leaf);

    /// <summary>Starts and values, used or not.</summary>
    [UnscopedRef]
    public Span<Entry<TValue>> Entries => _entries;

    /// <summary>Reader: what to remember before reading; see <see cref="LeafHeader.Read"/>.</summary>
    public long Read() => _header.Read();

    /// <summary>Reader: what was read since belongs together.</summary>
    public bool IsStill(long version) => _header.IsStill(version);

    /// <summary>Writer: a change begins.</summary>
    public void Begin() => _header.Begin();

    /// <summary>Writer: a change is complete.</summary>
    public void End() => _header.End();

    /// <summary>
    /// The position of the first range whose last is not below <paramref name="address"/>, the only one that can hold it;
    /// <see cref="Count"/> when there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Search(ulong address)
    {
        const uint header = 1; // its word is compared too, as it stands in the row
        return System.Numerics.BitOperations.PopCount(Keys.Below16(ref Unsafe.As<LeafHeader, ulong>(ref _header), address) & ~header);
    }

    /// <summary>The start and the value of the range at a position, which is not tested: a reader has compared it with the count.</summary>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Entry<TValue> EntryAt(int position) => ref Unsafe.Add(ref _entries[0], position);

    /// <summary>The inclusive end of the range at a position, which is not tested.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LastAt(int position) => Unsafe.Add(ref _lasts[0], position);

    /// <summary>No range, whatever was here before. Nobody finds the leaf yet, but readers may still be in it.</summary>
    public void Clear()
    {
        Begin();
        Count = 0;
        Lasts.Fill(ulong.MaxValue);
        Next = null;
        End();
    }

    /// <summary>Puts a range at a position; there must be room. Within a change.</summary>
    public void Insert(int position, ulong start, ulong last, in TValue value)
    {
        int count = Count;
        Span<Entry<TValue>> entries = Entries;
        entries[position..count].CopyTo(entries[(position + 1)..]);
        entries[position] = new Entry<TValue> { Start = start, Value = value };
        Keys.Insert16(ref Unsafe.As<LeafHeader, ulong>(ref _header), position + 1, last);
        Count = count + 1;
    }

    /// <summary>Takes the range at a position out. Within a change.</summary>
    public void RemoveAt(int position)
    {
        int count = Count - 1;
        Span<Entry<TValue>> entries = Entries;
        entries[(position + 1)..(count + 1)].CopyTo(entries[position..]);
        Keys.Remove16(ref Unsafe.As<LeafHeader, ulong>(ref _header), position + 1);
        Count = count;
    }

    /// <summary>Moves <paramref name="count"/> ranges from the end to the beginning of the right neighbour. Within a change of both.</summary>
    public void MoveToFront(int count, ref Leaf<TValue> right)
    {
        int from = Count - count, old = right.Count;
        right.Lasts[..old].CopyTo(right.Lasts[count..]);
        right.Entries[..old].CopyTo(right.Entries[count..]);
        Lasts[from..Count].CopyTo(right.Lasts);
        Entries[from..Count].CopyTo(right.Entries);
        right.Count = old + count;
        Truncate(from);
    }

    /// <summary>Moves <paramref name="count"/> ranges from the beginning to the end of the left neighbour. Within a change of both.</summary>
    public void MoveToEnd(int count, ref Leaf<TValue> left)
    {
        int old = left.Count, rest = Count - count;
        Lasts[..count].CopyTo(left.Lasts[old..]);
        Entries[..count].CopyTo(left.Entries[old..]);
        left.Count = old + count;
        Lasts[count..Count].CopyTo(Lasts);
        Entries[count..Count].CopyTo(Entries);
        Truncate(rest);
    }

    /// <summary>The size of the hole between the ranges at position - 1 and at the position, which is not the first.</summary>
    public ulong HoleBefore(int position) => EntryAt(position).Start - LastAt(position - 1) - 1;

    /// <summary>The largest hole between two ranges of this leaf; 0 when there is none.</summary>
    /// <param name="most">What it is known not to exceed: the search ends when a hole of this size is found.</param>
    public ulong LargestHole(ulong most = ulong.MaxValue)
    {
        ulong largest = 0;
        for (int i = 1; i < Count && largest != most; i++)
            largest = Math.Max(largest, HoleBefore(i));
        return largest;
    }

    /// <summary>Has the processor fetch what a search compares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchEnds(Leaf<TValue>* leaf)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(leaf);
            Sse.Prefetch0((byte*)leaf + Shape.Line);
        }
    }

    /// <summary>Has the processor fetch the entry at a position, used or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchEntry(Leaf<TValue>* leaf, int position)
    {
        if (Sse.IsSupported)
        {
            byte* entry = (byte*)Unsafe.AsPointer(ref leaf->EntryAt(position));
            Sse.Prefetch0(entry);
            Sse.Prefetch0(entry + sizeof(Entry<TValue>) - 1);
        }
    }

    /// <summary>Has the processor fetch all lines at once: who waits for memory waits once then, whichever entry it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchAll(Leaf<TValue>* leaf)
    {
        if (Sse.IsSupported)
        {
            for (int line = 0; line < sizeof(Leaf<TValue>); line += Shape.Line)
                Sse.Prefetch0((byte*)leaf + line);
        }
    }

    private void Truncate(int count)
    {
        Lasts[count..Count].Fill(ulong.MaxValue);
        Count = count;
    }
}

/// <summary>A range without its last address.</summary>
internal struct Entry<TValue>
    where TValue : unmanaged
{
    public ulong Start;
    public TValue Value;
}
