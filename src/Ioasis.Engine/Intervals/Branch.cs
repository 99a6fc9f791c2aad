using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// Two to <see cref="Shape.Branch"/> children, ascending, and what is known of the holes below and between them; in the memory of a
/// <see cref="NodePool{TValue}"/>.
/// </summary>
/// <remarks>
/// <para><c>Cuts[i]</c> is the inclusive last address of child i's last range, exactly, for every child but the last, whose cut and those
/// of unused places are <see cref="ulong.MaxValue"/>: the number of cuts below an address is the child to go to. <c>Pivots</c> repeats the
/// last cut of each group of eight, so that the search compares eight pivots and then one group: a cache line each.</para>
/// <para><c>Between[i]</c> is the size of the hole between child i and child i + 1, <c>Inside[i]</c> that of the largest hole between two
/// ranges below child i. Both are 0 where there is nothing. Only the writer reads them. A hole at either end of the map belongs to no
/// node.</para>
/// <para>Readers look at pivots, cuts and children, within the map's structure number. What a place for a child holds, used or not, is
/// always the address of a node one level below, and a node stays at its level for ever: so whatever a reader finds in a half-changed tree,
/// it can go on. Methods here are the writer's but <see cref="Search"/> and <see cref="ChildFor"/>.</para>
/// </remarks>
internal unsafe struct Branch
{
    private fixed ulong _pivots[Shape.Group];
    private fixed ulong _cuts[Shape.Branch];
    private fixed ulong _children[Shape.Branch];
    private fixed ulong _inside[Shape.Branch];
    private fixed ulong _between[Shape.Branch];

    /// <summary>Children.</summary>
    public int Count;

    /// <summary>Of the root only: ranges of the map.</summary>
    public int Ranges;

    /// <summary>Which refusals of the pool belong to it (see <see cref="NodePool{TValue}.RefusalsOf"/>); 0 for none.</summary>
    public int Refusals;

    /// <summary>The next spare branch.</summary>
    public Branch* Next;

    [UnscopedRef]
    public Span<ulong> Pivots => MemoryMarshal.CreateSpan(ref _pivots[0], Shape.Group);

    [UnscopedRef]
    public ReadOnlySpan<ulong> Cuts => MutableCuts;

    /// <summary>Addresses of nodes, used or not.</summary>
    [UnscopedRef]
    public Span<ulong> Children => MemoryMarshal.CreateSpan(ref _children[0], Shape.Branch);

    [UnscopedRef]
    public Span<ulong> Inside => MemoryMarshal.CreateSpan(ref _inside[0], Shape.Branch);

    [UnscopedRef]
    public Span<ulong> Between => MemoryMarshal.CreateSpan(ref _between[0], Shape.Branch);

    [UnscopedRef]
    private Span<ulong> MutableCuts => MemoryMarshal.CreateSpan(ref _cuts[0], Shape.Branch);

    /// <summary>
    /// The index of the child below which <paramref name="address"/> belongs. It is that of a child's place also in a half-changed node,
    /// because the last pivot and the last cut are never anything but <see cref="ulong.MaxValue"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nuint Search(ulong address)
    {
        nuint group = Keys.CountBelow8(ref _pivots[0], 0, address) * Shape.Group;
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref _children[0], group))); // needed next, and known now
        return group + Keys.CountBelow8(ref _cuts[0], group, address);
    }

    /// <summary>The node below which <paramref name="address"/> belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* ChildFor(ulong address) => (void*)Unsafe.Add(ref _children[0], Search(address));

    /// <summary>Has the processor fetch what a search compares first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* branch)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(branch);
    }

    /// <summary>Has the processor fetch all that a search may compare: who waits for memory waits once then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchAll(void* branch)
    {
        if (Sse.IsSupported)
        {
            for (int line = 0; line < (Shape.Group + Shape.Branch) * sizeof(ulong); line += Shape.Line)
                Sse.Prefetch0((byte*)branch + line);
        }
    }

    /// <summary>The largest hole between two ranges below this branch.</summary>
    public ulong LargestHole() => Math.Max(Keys.Largest(ref _inside[0]), Keys.Largest(ref _between[0]));

    /// <summary>
    /// A branch with one child, whatever was here before. Nobody finds it yet, but readers may still be in it.
    /// </summary>
    /// <param name="child">The child; it stands in all places, so that readers find a node in each.</param>
    /// <param name="inside">The largest hole below it.</param>
    public void Open(void* child, ulong inside)
    {
        foreach (ref ulong place in Children)
            Volatile.Write(ref place, (ulong)child);
        MutableCuts.Fill(ulong.MaxValue);
        Pivots.Fill(ulong.MaxValue);
        Inside.Clear();
        Between.Clear();
        Inside[0] = inside;
        Count = 1;
        Next = null;
    }

    /// <summary>
    /// Moves the cut after child <paramref name="i"/> within the hole that it lies in. Readers may be here: whichever way an address in a
    /// hole leads them, they find nothing, so this is no change of the structure.
    /// </summary>
    public void MoveCut(int i, ulong cut)
    {
        Volatile.Write(ref MutableCuts[i], cut);
        if (i % Shape.Group == Shape.Group - 1)
            Volatile.Write(ref Pivots[i / Shape.Group], cut);
    }

    /// <summary>Sets the cut and the hole between child <paramref name="i"/> and the next. Within a change of the structure.</summary>
    public void SetBoundary(int i, ulong cut, ulong between)
    {
        MoveCut(i, cut);
        Between[i] = between;
    }

    /// <summary>
    /// Child <paramref name="i"/> has been split: <paramref name="right"/>, holding its upper part, comes after it; there must be room.
    /// Within a change of the structure.
    /// </summary>
    public void InsertAfter(int i, ulong cut, ulong between, void* right)
    {
        int count = Count;
        Span<ulong> cuts = MutableCuts;
        cuts[i..(count - 1)].CopyTo(cuts[(i + 1)..]);
        Between[i..(count - 1)].CopyTo(Between[(i + 1)..]);
        MoveChildren(ref this, i + 1, count - i - 1, ref this, i + 2);
        Inside[(i + 1)..count].CopyTo(Inside[(i + 2)..]);
        cuts[i] = cut;
        Between[i] = between;
        Volatile.Write(ref Children[i + 1], (ulong)right);
        Count = count + 1;
        SetPivots();
    }

    /// <summary>
    /// Child <paramref name="i"/> has taken all that child <paramref name="i"/> + 1 held: that one goes. Within a change of the structure.
    /// </summary>
    public void RemoveAfter(int i)
    {
        int count = Count - 1;
        Span<ulong> cuts = MutableCuts;
        cuts[(i + 1)..count].CopyTo(cuts[i..]);
        Between[(i + 1)..count].CopyTo(Between[i..]);
        MoveChildren(ref this, i + 2, count - i - 1, ref this, i + 1);
        Inside[(i + 2)..(count + 1)].CopyTo(Inside[(i + 1)..]);
        Forget(count, 1);
    }

    /// <summary>
    /// Moves <paramref name="count"/> children from the beginning to the end of <paramref name="target"/>, this branch's left neighbour.
    /// <paramref name="cut"/> and <paramref name="between"/> lie between the two, before and after the call. Within a change of the structure.
    /// </summary>
    public void MoveToEnd(int count, ref Branch target, ref ulong cut, ref ulong between)
    {
        int end = target.Count, rest = Count - count;
        Span<ulong> cuts = MutableCuts, targetCuts = target.MutableCuts;
        targetCuts[end - 1] = cut;
        target.Between[end - 1] = between;
        MoveChildren(ref this, 0, count, ref target, end);
        Inside[..count].CopyTo(target.Inside[end..]);
        cuts[..(count - 1)].CopyTo(targetCuts[end..]);
        Between[..(count - 1)].CopyTo(target.Between[end..]);
        target.Count = end + count;
        target.SetPivots();
        cut = cuts[count - 1];
        between = Between[count - 1];
        MoveChildren(ref this, count, rest, ref this, 0);
        Inside[count..Count].CopyTo(Inside);
        cuts[count..Count].CopyTo(cuts);
        Between[count..Count].CopyTo(Between);
        Forget(rest, count);
    }

    /// <summary>
    /// Moves the last <paramref name="count"/> children, not all, to the beginning of <paramref name="target"/>, the right neighbour.
    /// Otherwise as <see cref="MoveToEnd"/>.
    /// </summary>
    public void MoveToFront(int count, ref Branch target, ref ulong cut, ref ulong between)
    {
        int from = Count - count, old = target.Count;
        Span<ulong> cuts = MutableCuts, targetCuts = target.MutableCuts;
        MoveChildren(ref target, 0, old, ref target, count);
        target.Inside[..old].CopyTo(target.Inside[count..]);
        if (old != 0)
        {
            targetCuts[..(old - 1)].CopyTo(targetCuts[count..]);
            target.Between[..(old - 1)].CopyTo(target.Between[count..]);
            targetCuts[count - 1] = cut;
            target.Between[count - 1] = between;
        }
        MoveChildren(ref this, from, count, ref target, 0);
        Inside[from..Count].CopyTo(target.Inside);
        cuts[from..(Count - 1)].CopyTo(targetCuts);
        Between[from..(Count - 1)].CopyTo(target.Between);
        target.Count = old + count;
        target.SetPivots();
        cut = cuts[from - 1];
        between = Between[from - 1];
        Forget(from, count);
    }

    /// <summary>
    /// Word by word, because readers may be here and half an address leads nowhere; a copy of bytes promises no such thing.
    /// </summary>
    private static void MoveChildren(ref Branch source, int from, int count, ref Branch target, int to)
    {
        Span<ulong> children = source.Children, targets = target.Children;
        if (to > from)
        {
            for (int i = count - 1; i >= 0; i--)
                Volatile.Write(ref targets[to + i], children[from + i]);
        }
        else
        {
            for (int i = 0; i < count; i++)
                Volatile.Write(ref targets[to + i], children[from + i]);
        }
    }

    /// <summary>Leaves <paramref name="remaining"/> children, and the <paramref name="gone"/> places after them unused.</summary>
    private void Forget(int remaining, int gone)
    {
        Inside.Slice(remaining, gone).Clear();
        int cuts = Math.Max(remaining - 1, 0);
        MutableCuts[cuts..(remaining + gone)].Fill(ulong.MaxValue);
        Between[cuts..(remaining + gone)].Clear();
        Count = remaining;
        SetPivots();
    }

    /// <summary>After every change of which children there are.</summary>
    private void SetPivots()
    {
        for (int group = 0; group < Shape.Group; group++)
            _pivots[group] = _cuts[group * Shape.Group + Shape.Group - 1];
    }
}
