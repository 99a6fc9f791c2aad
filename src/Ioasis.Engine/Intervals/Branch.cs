using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ioasis.Engine.Intervals;

/// <summary>Two to <see cref="Shape.Branch"/> children, ascending, and what is known of the holes below and between them.</summary>
/// <remarks>
/// <para><c>Cuts[i]</c> is the inclusive last address of child i's last range, exactly, for every child but the last, whose cut and those
/// of unused places are <see cref="ulong.MaxValue"/>: the number of cuts below an address is the child to go to. <c>Pivots</c> repeats the
/// last cut of each group of eight, so that the search compares eight pivots and then one group.</para>
/// <para><c>Between[i]</c> is the size of the hole between child i and child i + 1, <c>Inside[i]</c> that of the largest hole between two
/// ranges below child i. Both are 0 where there is nothing. Only the writer reads them. A hole at either end of the map belongs to no
/// node.</para>
/// <para>Readers look at pivots, cuts and children, within the map's structure number. Methods here are the writer's but
/// <see cref="Search"/> and <see cref="ChildFor"/>.</para>
/// </remarks>
internal sealed class Branch : Node
{
    private GroupRow<ulong> _pivots;
    private BranchRow<ulong> _cuts;
    private BranchRow<Node?> _children;
    private BranchRow<ulong> _inside;
    private BranchRow<ulong> _between;

    /// <summary>Writer only: the next spare branch.</summary>
    public Branch? Next;

    /// <summary>Writer only: null until a search has tried all holes below a child in vain.</summary>
    private Refusals? _refusals;

    public Branch()
    {
        Pivots.Fill(ulong.MaxValue);
        MutableCuts.Fill(ulong.MaxValue);
    }

    public Span<ulong> Pivots => _pivots;

    public ReadOnlySpan<ulong> Cuts => _cuts;

    public Span<Node?> Children => _children;

    public Span<ulong> Inside => _inside;

    public Span<ulong> Between => _between;

    private Span<ulong> MutableCuts => _cuts;

    /// <summary>
    /// The index of the child below which <paramref name="address"/> belongs. It is that of a child's place also in a half-changed node,
    /// because the last pivot and the last cut are never anything but <see cref="ulong.MaxValue"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nuint Search(ulong address)
    {
        nuint group = Keys.CountBelow8(ref MemoryMarshal.GetReference((Span<ulong>)_pivots), 0, address) * Shape.Group;
        return group + Keys.CountBelow8(ref MemoryMarshal.GetReference((Span<ulong>)_cuts), group, address);
    }

    /// <summary>The child below which <paramref name="address"/> belongs; null only in a half-changed node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Node? ChildFor(ulong address) => Unsafe.Add(ref MemoryMarshal.GetReference((Span<Node?>)_children), Search(address));

    /// <summary>The largest hole between two ranges below this branch.</summary>
    public ulong LargestHole() => Math.Max(
        Keys.Largest(ref MemoryMarshal.GetReference(Inside)), Keys.Largest(ref MemoryMarshal.GetReference(Between)));

    /// <summary>Whether it is known that no hole below child <paramref name="i"/> takes a request.</summary>
    public bool Refuses(int i, in GapRequest request) => _refusals is not null && _refusals.Refuses(i, in request);

    /// <summary>All holes below child <paramref name="i"/> have been tried.</summary>
    public void Refuse(int i, in GapRequest request) => (_refusals ??= new Refusals()).Add(i, in request);

    /// <summary>A hole below child <paramref name="i"/> has grown.</summary>
    public void ForgetRefusals(int i) => _refusals?.Forget(i);

    /// <summary>
    /// Moves the cut after child <paramref name="i"/> within the hole that it lies in. Readers may be here: whichever way an address in a
    /// hole leads them, they find nothing, so this is no change of the structure.
    /// </summary>
    public void MoveCut(int i, ulong cut)
    {
        Volatile.Write(ref _cuts[i], cut);
        if (i % Shape.Group == Shape.Group - 1)
            Volatile.Write(ref _pivots[i / Shape.Group], cut);
    }

    /// <summary>Sets the cut and the hole between child <paramref name="i"/> and the next. Within a change of the structure.</summary>
    public void SetBoundary(int i, ulong cut, ulong between)
    {
        MoveCut(i, cut);
        _between[i] = between;
        _refusals?.Forget();
    }

    /// <summary>
    /// Child <paramref name="i"/> has been split: <paramref name="right"/>, holding its upper part, comes after it; there must be room.
    /// Within a change of the structure.
    /// </summary>
    public void InsertAfter(int i, ulong cut, ulong between, Node right)
    {
        int count = Count;
        Span<ulong> cuts = MutableCuts;
        cuts[i..(count - 1)].CopyTo(cuts[(i + 1)..]);
        Between[i..(count - 1)].CopyTo(Between[(i + 1)..]);
        Children[(i + 1)..count].CopyTo(Children[(i + 2)..]);
        Inside[(i + 1)..count].CopyTo(Inside[(i + 2)..]);
        cuts[i] = cut;
        Between[i] = between;
        Children[i + 1] = right;
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
        Children[(i + 2)..(count + 1)].CopyTo(Children[(i + 1)..]);
        Inside[(i + 2)..(count + 1)].CopyTo(Inside[(i + 1)..]);
        Forget(count, 1);
    }

    /// <summary>
    /// Moves <paramref name="count"/> children from the beginning to the end of <paramref name="target"/>, this branch's left neighbour.
    /// <paramref name="cut"/> and <paramref name="between"/> lie between the two, before and after the call. Within a change of the structure.
    /// </summary>
    public void MoveToEnd(int count, Branch target, ref ulong cut, ref ulong between)
    {
        int end = target.Count, rest = Count - count;
        Span<ulong> cuts = MutableCuts, targetCuts = target.MutableCuts;
        targetCuts[end - 1] = cut;
        target.Between[end - 1] = between;
        Children[..count].CopyTo(target.Children[end..]);
        Inside[..count].CopyTo(target.Inside[end..]);
        cuts[..(count - 1)].CopyTo(targetCuts[end..]);
        Between[..(count - 1)].CopyTo(target.Between[end..]);
        target.Count = end + count;
        target.SetPivots();
        cut = cuts[count - 1];
        between = Between[count - 1];
        Children[count..Count].CopyTo(Children);
        Inside[count..Count].CopyTo(Inside);
        cuts[count..Count].CopyTo(cuts);
        Between[count..Count].CopyTo(Between);
        Forget(rest, count);
    }

    /// <summary>
    /// Moves the last <paramref name="count"/> children, not all, to the beginning of <paramref name="target"/>, the right neighbour, which
    /// may be empty. Otherwise as <see cref="MoveToEnd"/>.
    /// </summary>
    public void MoveToFront(int count, Branch target, ref ulong cut, ref ulong between)
    {
        int from = Count - count, old = target.Count;
        Span<ulong> cuts = MutableCuts, targetCuts = target.MutableCuts;
        target.Children[..old].CopyTo(target.Children[count..]);
        target.Inside[..old].CopyTo(target.Inside[count..]);
        if (old != 0)
        {
            targetCuts[..(old - 1)].CopyTo(targetCuts[count..]);
            target.Between[..(old - 1)].CopyTo(target.Between[count..]);
            targetCuts[count - 1] = cut;
            target.Between[count - 1] = between;
        }
        Children[from..Count].CopyTo(target.Children);
        Inside[from..Count].CopyTo(target.Inside);
        cuts[from..(Count - 1)].CopyTo(targetCuts);
        Between[from..(Count - 1)].CopyTo(target.Between);
        target.Count = old + count;
        target.SetPivots();
        cut = cuts[from - 1];
        between = Between[from - 1];
        Forget(from, count);
    }

    /// <summary>Leaves no child, for another use. Within a change of the structure.</summary>
    public void Clear() => Forget(0, Count);

    /// <summary>Leaves <paramref name="remaining"/> children, and the <paramref name="gone"/> places after them unused.</summary>
    private void Forget(int remaining, int gone)
    {
        Children.Slice(remaining, gone).Clear();
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
        _refusals?.Forget();
        for (int group = 0; group < Shape.Group; group++)
            _pivots[group] = _cuts[group * Shape.Group + Shape.Group - 1];
    }
}
