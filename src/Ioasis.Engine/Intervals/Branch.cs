using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ioasis.Engine.Intervals;

/// <summary>Two to <see cref="Shape.Branch"/> children, ascending, and what is known of the holes below and between them.</summary>
/// <remarks>
/// <para><c>Cuts[i]</c> is the inclusive last address of child i's last range, exactly, for every child but the last, whose cut and those
/// of unused places are <see cref="ulong.MaxValue"/>: the number of cuts below an address is the child to go to.</para>
/// <para><c>Between[i]</c> is the size of the hole between child i and child i + 1, <c>Inside[i]</c> that of the largest hole between two
/// ranges below child i. Both are 0 where there is nothing. Only the writer reads them, so they change without a new version. A hole at
/// either end of the map belongs to no node.</para>
/// </remarks>
internal sealed class Branch : Node
{
    private BranchRow<Node?> _children;
    private BranchRow<ulong> _cuts;
    private BranchRow<ulong> _inside;
    private BranchRow<ulong> _between;

    /// <summary>Writer only: the next in the pool.</summary>
    public Branch? Next;

    public Branch() => Cuts.Fill(ulong.MaxValue);

    public Span<Node?> Children => _children;

    public Span<ulong> Cuts => _cuts;

    public Span<ulong> Inside => _inside;

    public Span<ulong> Between => _between;

    /// <summary>
    /// The child below which <paramref name="address"/> belongs. Below <see cref="Shape.Branch"/> also in a half-changed node, because
    /// nothing is ever written to the last cut.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Search(ulong address) => Keys.CountBelow(ref MemoryMarshal.GetReference((Span<ulong>)_cuts), Shape.Branch, address);

    /// <summary>The child at <paramref name="i"/>, which a <see cref="Search"/> returned; null only in a half-changed node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Node? ChildAt(int i) => Unsafe.Add(ref MemoryMarshal.GetReference((Span<Node?>)_children), i);

    /// <summary>The largest hole between two ranges below this branch.</summary>
    public ulong LargestHole()
    {
        ulong largest = 0;
        ReadOnlySpan<ulong> inside = Inside, between = Between;
        for (int i = 0; i < Shape.Branch; i++)
            largest = Math.Max(largest, Math.Max(inside[i], between[i]));
        return largest;
    }

    /// <summary>
    /// Child <paramref name="i"/> has been split: <paramref name="right"/>, holding its upper part, comes after it; there must be room.
    /// Within a change.
    /// </summary>
    public void InsertAfter(int i, ulong cut, ulong between, Node right)
    {
        int count = Count;
        Cuts[i..(count - 1)].CopyTo(Cuts[(i + 1)..]);
        Between[i..(count - 1)].CopyTo(Between[(i + 1)..]);
        Children[(i + 1)..count].CopyTo(Children[(i + 2)..]);
        Inside[(i + 1)..count].CopyTo(Inside[(i + 2)..]);
        Cuts[i] = cut;
        Between[i] = between;
        Children[i + 1] = right;
        Count = count + 1;
    }

    /// <summary>Child <paramref name="i"/> has taken all that child <paramref name="i"/> + 1 held: that one goes. Within a change.</summary>
    public void RemoveAfter(int i)
    {
        int count = Count - 1;
        Cuts[(i + 1)..count].CopyTo(Cuts[i..]);
        Between[(i + 1)..count].CopyTo(Between[i..]);
        Children[(i + 2)..(count + 1)].CopyTo(Children[(i + 1)..]);
        Inside[(i + 2)..(count + 1)].CopyTo(Inside[(i + 1)..]);
        Forget(count, 1);
    }

    /// <summary>
    /// Moves <paramref name="count"/> children from the beginning to the end of <paramref name="target"/>, this branch's left neighbour;
    /// <paramref name="cut"/> and <paramref name="between"/> lie between the two, before and after the call. Within a change of both.
    /// </summary>
    public void MoveToEnd(int count, Branch target, ref ulong cut, ref ulong between)
    {
        int end = target.Count, rest = Count - count;
        target.Cuts[end - 1] = cut;
        target.Between[end - 1] = between;
        Children[..count].CopyTo(target.Children[end..]);
        Inside[..count].CopyTo(target.Inside[end..]);
        Cuts[..(count - 1)].CopyTo(target.Cuts[end..]);
        Between[..(count - 1)].CopyTo(target.Between[end..]);
        target.Count = end + count;
        cut = Cuts[count - 1];
        between = Between[count - 1];
        Children[count..Count].CopyTo(Children);
        Inside[count..Count].CopyTo(Inside);
        Cuts[count..Count].CopyTo(Cuts);
        Between[count..Count].CopyTo(Between);
        Forget(rest, count);
    }

    /// <summary>As <see cref="MoveToEnd"/>, but the last children to the beginning of <paramref name="target"/>, the right neighbour.</summary>
    public void MoveToFront(int count, Branch target, ref ulong cut, ref ulong between)
    {
        int from = Count - count, old = target.Count;
        target.Children[..old].CopyTo(target.Children[count..]);
        target.Inside[..old].CopyTo(target.Inside[count..]);
        if (old != 0)
        {
            target.Cuts[..(old - 1)].CopyTo(target.Cuts[count..]);
            target.Between[..(old - 1)].CopyTo(target.Between[count..]);
            target.Cuts[count - 1] = cut;
            target.Between[count - 1] = between;
        }
        Children[from..Count].CopyTo(target.Children);
        Inside[from..Count].CopyTo(target.Inside);
        Cuts[from..(Count - 1)].CopyTo(target.Cuts);
        Between[from..(Count - 1)].CopyTo(target.Between);
        target.Count = old + count;
        cut = Cuts[from - 1];
        between = Between[from - 1];
        Forget(from, count);
    }

    /// <summary>Leaves no child, for another use. Within a change.</summary>
    public void Clear() => Forget(0, Count);

    /// <summary>Leaves <paramref name="remaining"/> children, and the <paramref name="gone"/> places after them unused.</summary>
    private void Forget(int remaining, int gone)
    {
        Children.Slice(remaining, gone).Clear();
        Inside.Slice(remaining, gone).Clear();
        int cuts = Math.Max(remaining - 1, 0);
        Cuts[cuts..(remaining + gone)].Fill(ulong.MaxValue);
        Between[cuts..(remaining + gone)].Clear();
        Count = remaining;
    }
}
