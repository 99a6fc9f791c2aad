using System.Diagnostics;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// A map from ranges of 64-bit addresses that do not overlap to values: the areas of an I/O address space. Both ends of a range are
/// inclusive (<c>start</c> and <c>last</c>), so that a range can end at, and can cover everything up to, 2^64 - 1.
/// </summary>
/// <remarks>
/// <para><b>What it is.</b> A B+-tree of fixed fan-out. A node is one object that holds its keys in a row, so that the search in a node is
/// a few vector comparisons without a branch to mispredict. Branches also know the largest hole below each child and the hole between
/// neighbours, so the lowest hole of a size is found, or found missing, in O(log n).</para>
/// <para><b>Threads.</b> One writer at a time, under the owner's lock: every member but <see cref="TryFind"/>, <see cref="FindMany"/> and
/// <see cref="Count"/> belongs to it. Any number of threads may find at the same time, without a lock and without writing anything: each
/// node carries a version (see <see cref="Node"/>), a reader goes down validating each parent after it has read the child's version, and
/// starts again when a version has moved. So a find takes effect at one moment between its call and its return: it sees no half-written
/// range, no range removed before the call, and every range present throughout. A change disturbs only readers of the leaf it changes,
/// a split or merge also those that pass its parent at that moment. A reader that is disturbed many times in a row announces itself, and
/// the writer lets it pass (<see cref="_waiting"/>), for a bounded time.</para>
/// <para><b>Memory.</b> No object but the map itself while it has never held a range; small leaves for up to one and four ranges. Nodes
/// that leave the tree are kept for reuse, up to a limit, so adding and removing in a steady state allocates nothing.</para>
/// </remarks>
public sealed partial class IntervalMap<TValue>
    where TValue : struct
{
    /// <summary>The root: null until the first range, a leaf, or a branch. Written by the writer, read by anybody.</summary>
    private Node? _root;

    /// <summary>Nodes for reuse; null until there is one. Writer only.</summary>
    private Pool<TValue>? _pool;

    /// <summary>Number of readers that have been disturbed too often.</summary>
    private int _waiting;

    private int _count;

    /// <summary>Number of ranges. Exact for the writer, a recent figure for anybody else.</summary>
    public int Count => _count;

    /// <summary>Removes every range.</summary>
    /// <remarks>The nodes are dropped, not reused: a reader inside them finishes with what was there when it came.</remarks>
    public void Clear()
    {
        Volatile.Write(ref _root, null);
        _count = 0;
    }

    /// <summary>Puts <paramref name="value"/> in place of the value of the range that begins at <paramref name="start"/>; false when there is none.</summary>
    public bool TryUpdate(ulong start, in TValue value)
    {
        if (LeafFor(start) is not { } leaf)
            return false;
        int i = leaf.Find(start);
        if (i >= leaf.Count || leaf.Starts[i] != start)
            return false;
        LetReadersPass();
        leaf.BeginChange();
        leaf.Values[i] = value;
        leaf.EndChange();
        return true;
    }

    /// <summary>The lowest range that has an address in common with [<paramref name="from"/>, <paramref name="to"/>] (both inclusive). Writer only.</summary>
    public bool TryFindFirst(ulong from, ulong to, out ulong start, out ulong last, out TValue value)
    {
        if (LeafFor(from) is { } leaf)
        {
            int i = leaf.Find(from);
            if (i < leaf.Count && leaf.Starts[i] <= to)
            {
                start = leaf.Starts[i];
                last = leaf.Lasts[i];
                value = leaf.Values[i];
                return true;
            }
        }
        start = last = 0;
        value = default;
        return false;
    }

    /// <summary>
    /// Writer: the leaf in which <paramref name="address"/> belongs. A range that ends at or after the address, if there is any, has its
    /// first one here, because cuts are exact.
    /// </summary>
    private Leaf<TValue>? LeafFor(ulong address)
    {
        Node? node = _root;
        while (node is Branch branch)
            node = branch.ChildAt(branch.Search(address));
        return (Leaf<TValue>?)node;
    }

    /// <summary>As <see cref="LeafFor"/>, and the way there.</summary>
    private static Leaf<TValue> Descend(Node root, ulong address, ref Route route)
    {
        Node node = root;
        while (node is Branch branch)
        {
            int i = branch.Search(address);
            route.Add(branch, i);
            node = branch.ChildAt(i)!;
        }
        return (Leaf<TValue>)node;
    }

    /// <summary>
    /// Carries the largest holes of branches upward, from the one at <paramref name="level"/>, until nothing changes any more; but not
    /// before <paramref name="top"/>, the highest branch that was changed itself.
    /// </summary>
    private static void Summarise(ref Route route, int level, int top)
    {
        for (; level > 0; level--)
        {
            ulong largest = route[level].Branch.LargestHole();
            ref ulong known = ref route[level - 1].Branch.Inside[route[level - 1].Index];
            if (known == largest && level <= top)
                return;
            known = largest;
        }
    }

    /// <summary>Writer: an empty full leaf, a used one if there is one.</summary>
    private FullLeaf<TValue> TakeLeaf() => _pool?.TakeLeaf() ?? new FullLeaf<TValue>();

    /// <summary>Writer: an empty branch, a used one if there is one.</summary>
    private Branch TakeBranch() => _pool?.TakeBranch() ?? new Branch();

    private Pool<TValue> Pool => _pool ??= new Pool<TValue>();

    /// <summary>For tests, which check the tree.</summary>
    internal Node? Root => _root;

    /// <summary>For tests: a reader has announced itself.</summary>
    internal bool HasWaitingReaders => Volatile.Read(ref _waiting) != 0;

    [Conditional("DEBUG")]
    private static void AssertRange(ulong start, ulong last) => Debug.Assert(start <= last, "a range ends before it starts");
}
