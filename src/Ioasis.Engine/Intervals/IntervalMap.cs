using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// A map from ranges of 64-bit addresses that do not overlap to values: the areas of an I/O address space. Both ends of a range are
/// inclusive (<c>start</c> and <c>last</c>), so that a range can end at, and can cover everything up to, 2^64 - 1.
/// </summary>
/// <remarks>
/// <para><b>What it is.</b> A B+-tree of fixed fan-out, in memory of its own (<see cref="NodePool{TValue}"/>): a node begins with a cache
/// line and holds its keys in a row, so that the search in a node is two vector comparisons without a jump to mispredict. Branches also know
/// the largest hole below each child and the hole between neighbours, so the lowest hole of a size is found, or found missing, in
/// O(log n).</para>
/// <para><b>Threads.</b> One writer at a time, under the owner's lock: every member but <see cref="TryFind"/>, <see cref="FindMany"/> and
/// <see cref="Count"/> belongs to it. Any number of threads may find at the same time, without a lock and without writing anything. Each
/// leaf has a version, and the map has a <see cref="_structure"/> number that moves when nodes split or merge. A reader goes down, notes
/// the leaf's version, checks that the structure has not moved (so this was the right leaf, at that version), reads, and checks the
/// version. If either has moved it starts again. So a find takes effect at one moment between its call and its return: it sees no
/// half-written range, no range removed before the call, and every range present throughout. Adding and removing disturbs only readers of
/// that leaf, but one time in eight or so it splits or merges, which disturbs all readers for some hundred nanoseconds. A reader that is
/// disturbed many times in a row announces itself, and the writer lets it pass (<see cref="_waiting"/>), for a bounded time.</para>
/// <para><b>Memory.</b> The first range lies in the map itself; there is no node before the second. Nodes that leave the tree go back to the
/// pool, so adding and removing in a steady state allocates nothing.</para>
/// </remarks>
/// <param name="nodes">Where nodes come from; may be shared by maps with the same writer.</param>
public sealed unsafe partial class IntervalMap<TValue>(NodePool<TValue> nodes)
    where TValue : unmanaged
{
    /// <summary>The address of a node is a multiple of a cache line; below that the root's word has the height.</summary>
    private const nuint HeightMask = Shape.Line - 1;

    /// <summary>
    /// The address of the root, and the levels of branches from there down to the leaves: 0 when the root is a leaf. 0 altogether while the
    /// map has no tree. One word, so that whoever reads it knows what kind of node each step leads to.
    /// </summary>
    private nuint _root;

    /// <summary>Guards all branches, the root's word and the range that lies in the map: which nodes there are and which addresses belong below them.</summary>
    private Sequence _structure;

    /// <summary>Number of readers that have been disturbed too often.</summary>
    private int _waiting;

    /// <summary>While there is no tree: there is a range, and it is this one.</summary>
    private bool _hasOnly;
    private Interval<TValue> _only;

    /// <summary>Number of ranges. Exact for the writer, a recent figure for anybody else.</summary>
    public int Count
    {
        get
        {
            nuint root = Volatile.Read(ref _root);
            if (root == 0)
                return _hasOnly ? 1 : 0;
            return HeightOf(root) == 0 ? LeafOf(root)->Count : ((Branch*)NodeOf(root))->Ranges;
        }
    }

    /// <summary>For tests, which check the tree: the root, null without a tree.</summary>
    internal void* Root => NodeOf(_root);

    /// <summary>For tests: levels of branches.</summary>
    internal int Height => HeightOf(_root);

    /// <summary>For tests: no change of the structure is under way.</summary>
    internal bool IsAtRest => _structure.IsAtRest;

    /// <summary>For tests: how often nodes were split, merged or evened out.</summary>
    internal long StructureChanges => _structure.Changes;

    /// <summary>For tests: a reader has announced itself.</summary>
    internal bool HasWaitingReaders => Volatile.Read(ref _waiting) != 0;

    /// <summary>Puts <paramref name="value"/> in place of the value of the range that begins at <paramref name="start"/>; false when there is none.</summary>
    public bool TryUpdate(ulong start, in TValue value)
    {
        if (!TryLocate(start, start, out Place<TValue> place) || StartOf(in place) != start)
            return false;
        LetReadersPass();
        if (place.Leaf == null)
        {
            _structure.Begin();
            _only.Value = value;
            _structure.End();
            return true;
        }

        place.Leaf->Begin();
        place.Leaf->EntryAt(place.Position).Value = value;
        place.Leaf->End();
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>The lowest range that has an address in common with [<paramref name="from"/>, <paramref name="to"/>] (both inclusive). Writer only.</summary>
    public bool TryFindFirst(ulong from, ulong to, out ulong start, out ulong last, out TValue value)
    {
        if (TryLocate(from, to, out Place<TValue> place))
        {
            Read(in place, out start, out last, out value);
            return true;
        }

        start = last = 0;
        value = default;
        return false;
    }

    /// <summary>
    /// Whether a range has an address in common with [<paramref name="from"/>, <paramref name="to"/>] (both inclusive). Writer only.
    /// </summary>
    /// <param name="from">The first address.</param>
    /// <param name="to">The last address.</param>
    /// <param name="place">
    /// True: the lowest such range, for <see cref="Read(in Place{TValue}, out ulong, out ulong, out TValue)"/> and <see cref="RemoveAt"/>.
    /// False: where one that begins at <paramref name="from"/> belongs, for <see cref="Add"/>.
    /// </param>
    [SkipLocalsInit]
    public bool TryLocate(ulong from, ulong to, out Place<TValue> place)
    {
        Unsafe.SkipInit(out place);
        place.Route.Depth = 0;
        nuint root = _root;
        if (root == 0)
        {
            place.Leaf = null;
            return _hasOnly && _only.Start <= to && from <= _only.Last;
        }

        void* node = NodeOf(root);
        for (int level = HeightOf(root); level > 0; level--)
        {
            var branch = (Branch*)node;
            Branch.PrefetchAll(branch);
            int i = (int)branch->Search(from);
            place.Route.Add(branch, i);
            node = (void*)branch->Children[i];
        }

        // If there is a range that ends at or after the address, the first such is in this leaf, because cuts are exact.
        var leaf = (Leaf<TValue>*)node;
        Leaf<TValue>.PrefetchAll(leaf); // whoever adds or removes moves what follows
        int position = leaf->Search(from);
        place.Leaf = leaf;
        place.Position = position;
        bool found = position < leaf->Count && leaf->EntryAt(position).Start <= to;
        GC.KeepAlive(this);
        return found;
    }

    /// <summary>The range that <see cref="TryLocate"/> has found. Writer only.</summary>
    public void Read(in Place<TValue> place, out ulong start, out ulong last, out TValue value)
    {
        if (place.Leaf == null)
        {
            (start, last, value) = (_only.Start, _only.Last, _only.Value);
            return;
        }

        ref Entry<TValue> entry = ref place.Leaf->EntryAt(place.Position);
        start = entry.Start;
        last = place.Leaf->LastAt(place.Position);
        value = entry.Value;
        GC.KeepAlive(this);
    }

    private ulong StartOf(in Place<TValue> place) => place.Leaf == null ? _only.Start : place.Leaf->EntryAt(place.Position).Start;

    private static int HeightOf(nuint root) => (int)(root & HeightMask);

    private static void* NodeOf(nuint root) => (void*)(root & ~HeightMask);

    private static Leaf<TValue>* LeafOf(nuint root) => (Leaf<TValue>*)NodeOf(root);

    private void SetRoot(void* node, int height) => Volatile.Write(ref _root, (nuint)node | (uint)height);

    /// <summary>
    /// One of the holes that the branch at <paramref name="level"/> knows has changed in size: corrects what is known above, as far up as
    /// it makes a difference.
    /// </summary>
    private static void HoleChanged(ref Route route, int level, ulong was, ulong now)
    {
        for (; level > 0 && was != now; level--)
        {
            ref Route.Step above = ref route[level - 1];
            ref ulong known = ref above.Branch->Inside[above.Index];
            if (now < known && was < known)
                return;
            was = known;
            known = now >= known ? now : route[level].Branch->LargestHole();
            now = known;
        }
    }

    /// <summary>The same for the largest hole inside the route's leaf.</summary>
    private static void InsideChanged(ref Route route, ulong now)
    {
        ref Route.Step bottom = ref route.Bottom;
        ref ulong known = ref bottom.Branch->Inside[bottom.Index];
        ulong was = known;
        known = now;
        HoleChanged(ref route, route.Depth - 1, was, now);
    }

    /// <summary>The same for the hole after child <paramref name="i"/> of the branch at <paramref name="level"/>.</summary>
    private static void BetweenChanged(ref Route route, int level, int i, ulong now)
    {
        ref ulong between = ref route[level].Branch->Between[i];
        ulong was = between;
        between = now;
        HoleChanged(ref route, level, was, now);
    }

    [Conditional("DEBUG")]
    private static void AssertRange(ulong start, ulong last) => Debug.Assert(start <= last, "a range ends before it starts");
}
