using System.Diagnostics;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// A map from ranges of 64-bit addresses that do not overlap to values: the areas of an I/O address space. Both ends of a range are
/// inclusive (<c>start</c> and <c>last</c>), so that a range can end at, and can cover everything up to, 2^64 - 1.
/// </summary>
/// <remarks>
/// <para><b>What it is.</b> A B+-tree of fixed fan-out. A node is one object that holds its keys in a row, so that the search in a node is
/// two vector comparisons without a jump to mispredict. Branches also know the largest hole below each child and the hole between
/// neighbours, so the lowest hole of a size is found, or found missing, in O(log n).</para>
/// <para><b>Threads.</b> One writer at a time, under the owner's lock: every member but <see cref="TryFind"/>, <see cref="FindMany"/> and
/// <see cref="Count"/> belongs to it. Any number of threads may find at the same time, without a lock and without writing anything. Each
/// leaf has a version, and the map has a <see cref="_structure"/> number that moves when nodes split or merge. A reader goes down, notes
/// the leaf's version, checks that the structure has not moved (so this was the right leaf, at that version), reads, and checks the
/// version. If either has moved it starts again. So a find takes effect at one moment between its call and its return: it sees no
/// half-written range, no range removed before the call, and every range present throughout. Adding and removing disturbs only readers of
/// that leaf, but one time in eight or so it splits or merges, which disturbs all readers for some hundred nanoseconds. A reader that is
/// disturbed many times in a row announces itself, and the writer lets it pass (<see cref="_waiting"/>), for a bounded time.</para>
/// <para><b>Memory.</b> No object but the map itself while it has never held a range; small leaves for up to one and four ranges. Nodes
/// that leave the tree are kept for reuse, up to a limit, so adding and removing in a steady state allocates nothing.</para>
/// </remarks>
public sealed partial class IntervalMap<TValue>
    where TValue : struct
{
    /// <summary>The root: null until the first range, a leaf, or a branch. Written by the writer, read by anybody.</summary>
    private Node? _root;

    /// <summary>Null until there is more than one leaf. Writer only.</summary>
    private Spares<TValue>? _spares;

    /// <summary>Guards all branches: which nodes there are and which addresses belong below them.</summary>
    private Sequence _structure;

    /// <summary>Number of readers that have been disturbed too often.</summary>
    private int _waiting;

    /// <summary>Levels of branches. Readers take it for a hint.</summary>
    private int _height;

    /// <summary>Number of ranges. Exact for the writer, a recent figure for anybody else.</summary>
    public int Count => _root switch
    {
        null => 0,
        Branch => _spares!.Count,
        Node leaf => ((Leaf<TValue>)leaf).Count,
    };

    /// <summary>For tests, which check the tree.</summary>
    internal Node? Root => _root;

    /// <summary>For tests: no change of the structure is under way.</summary>
    internal bool IsAtRest => _structure.IsAtRest;

    /// <summary>For tests: how often nodes were split, merged or evened out.</summary>
    internal long StructureChanges => _structure.Changes;

    /// <summary>For tests: a reader has announced itself.</summary>
    internal bool HasWaitingReaders => Volatile.Read(ref _waiting) != 0;

    private Spares<TValue> Spares => _spares ??= new Spares<TValue>();

    /// <summary>Removes every range.</summary>
    /// <remarks>The nodes are dropped, not used again: a reader inside them finishes with what was there when it came.</remarks>
    public void Clear()
    {
        Volatile.Write(ref _root, null);
        _height = 0;
        if (_spares is { } spares)
            spares.Count = 0;
    }

    /// <summary>Puts <paramref name="value"/> in place of the value of the range that begins at <paramref name="start"/>; false when there is none.</summary>
    public bool TryUpdate(ulong start, in TValue value)
    {
        if (LeafFor(start) is not { } leaf)
            return false;
        int i = leaf.Find(start);
        if (i >= leaf.Count || leaf.EntryAt(i).Start != start)
            return false;
        LetReadersPass();
        leaf.Version.Begin();
        leaf.EntryAt(i).Value = value;
        leaf.Version.End();
        return true;
    }

    /// <summary>The lowest range that has an address in common with [<paramref name="from"/>, <paramref name="to"/>] (both inclusive). Writer only.</summary>
    public bool TryFindFirst(ulong from, ulong to, out ulong start, out ulong last, out TValue value)
    {
        if (LeafFor(from) is { } leaf)
        {
            int i = leaf.Find(from);
            if (i < leaf.Count)
            {
                ref Entry<TValue> entry = ref leaf.EntryAt(i);
                if (entry.Start <= to)
                {
                    start = entry.Start;
                    last = leaf.Lasts[i];
                    value = entry.Value;
                    return true;
                }
            }
        }
        start = last = 0;
        value = default;
        return false;
    }

    /// <summary>
    /// Writer: the leaf in which <paramref name="address"/> belongs. If there is a range that ends at or after the address, the first such
    /// is here, because cuts are exact.
    /// </summary>
    private Leaf<TValue>? LeafFor(ulong address)
    {
        Node? node = _root;
        while (node is Branch branch)
            node = branch.ChildFor(address);
        return (Leaf<TValue>?)node;
    }

    /// <summary>As <see cref="LeafFor"/>, and the way there.</summary>
    private static Leaf<TValue> Descend(Node root, ulong address, ref Route route)
    {
        Node node = root;
        while (node is Branch branch)
        {
            int i = (int)branch.Search(address);
            route.Add(branch, i);
            node = branch.Children[i]!;
        }
        return (Leaf<TValue>)node;
    }

    /// <summary>
    /// One of the holes that the branch at <paramref name="level"/> knows has changed in size: corrects what is known above, as far up as
    /// it makes a difference.
    /// </summary>
    private static void HoleChanged(ref Route route, int level, ulong was, ulong now)
    {
        for (; level > 0 && was != now; level--)
        {
            ref ulong known = ref route[level - 1].Branch.Inside[route[level - 1].Index];
            if (now < known && was < known)
                return;
            was = known;
            known = now >= known ? now : route[level].Branch.LargestHole();
            now = known;
        }
    }

    /// <summary>The same for the largest hole inside the route's leaf.</summary>
    private static void InsideChanged(ref Route route, ulong now)
    {
        int bottom = route.Depth - 1;
        ref ulong known = ref route[bottom].Branch.Inside[route[bottom].Index];
        ulong was = known;
        known = now;
        HoleChanged(ref route, bottom, was, now);
    }

    /// <summary>The same for the hole after child <paramref name="i"/> of the branch at <paramref name="level"/>.</summary>
    private static void BetweenChanged(ref Route route, int level, int i, ulong now)
    {
        ref ulong between = ref route[level].Branch.Between[i];
        ulong was = between;
        between = now;
        HoleChanged(ref route, level, was, now);
    }

    [Conditional("DEBUG")]
    private static void AssertRange(ulong start, ulong last) => Debug.Assert(start <= last, "a range ends before it starts");
}
