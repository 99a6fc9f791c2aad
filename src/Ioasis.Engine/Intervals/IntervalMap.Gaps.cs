namespace Ioasis.Engine.Intervals;

public sealed unsafe partial class IntervalMap<TValue>
{
    private enum Search
    {
        /// <summary>Nothing fits in this node: go on to the right.</summary>
        NotHere,

        /// <summary>All further holes begin above the highest address allowed.</summary>
        Beyond,

        Found,
    }

    /// <summary>The lowest place for a new range: <c>[start, start + length - 1]</c> free and within [first, last]. Writer only.</summary>
    /// <param name="length">Bytes; nothing is found for 0.</param>
    /// <param name="alignment">A power of two.</param>
    /// <param name="offset">
    /// Bits that <paramref name="start"/> shall have set: they are added to the first multiple of <paramref name="alignment"/> in a hole,
    /// as Linux places automatic IOVAs.
    /// </param>
    /// <param name="first">The lowest start allowed.</param>
    /// <param name="last">The highest last address allowed, inclusive.</param>
    /// <param name="start">The place.</param>
    public bool TryFindGap(ulong length, ulong alignment, ulong offset, ulong first, ulong last, out ulong start)
    {
        NoVisits visits = default;
        bool found = TryFindGap(new GapRequest(length, alignment, offset, first, last), ref visits, out start);
        GC.KeepAlive(this);
        return found;
    }

    /// <summary>As the public one, counting the nodes looked at.</summary>
    internal bool TryFindGap<TVisits>(in GapRequest request, ref TVisits visits, out ulong start)
        where TVisits : struct, IVisits
    {
        start = 0;
        if (request.IsImpossible)
            return false;
        nuint root = _root;
        if (root == 0)
            return TryFindGapWithoutTree(in request, out start);
        // The holes at the two ends of the map belong to no node.
        ulong lowest = LeafAtEnd(root, lowest: true, ref visits)->EntryAt(0).Start;
        if (lowest != 0 && request.Fits(0, lowest - 1, out start))
            return true;
        Search outcome = SearchInside(NodeOf(root), HeightOf(root), in request, ref visits, out start);
        if (outcome != Search.NotHere)
            return outcome == Search.Found;
        Leaf<TValue>* end = LeafAtEnd(root, lowest: false, ref visits);
        ulong highest = end->LastAt(end->Count - 1);
        return highest != ulong.MaxValue && request.Fits(highest + 1, ulong.MaxValue, out start);
    }

    private bool TryFindGapWithoutTree(in GapRequest request, out ulong start)
    {
        if (!_hasOnly)
            return request.Fits(0, ulong.MaxValue, out start);
        start = 0;
        return (_only.Start != 0 && request.Fits(0, _only.Start - 1, out start))
            || (_only.Last != ulong.MaxValue && request.Fits(_only.Last + 1, ulong.MaxValue, out start));
    }

    /// <summary>The holes between two ranges below <paramref name="node"/>, ascending.</summary>
    private Search SearchInside<TVisits>(void* node, int height, in GapRequest request, ref TVisits visits, out ulong start)
        where TVisits : struct, IVisits
    {
        visits.Visit();
        if (height == 0)
            return SearchLeaf((Leaf<TValue>*)node, in request, out start);
        var branch = (Branch*)node;
        ReadOnlySpan<ulong> cuts = branch->Cuts, inside = branch->Inside, between = branch->Between;
        Refusals? refusals = nodes.RefusalsOf(branch);
        int count = branch->Count, child = (int)branch->Search(request.First);
        // Children that end below the first address allowed have no hole above it, but the hole after the last of them may reach there.
        for (int i = Math.Max(child - 1, 0); i < count; i++)
        {
            if (inside[i] >= request.Length && (i == count - 1 || cuts[i] >= request.First) && refusals?.Refuses(i, in request) != true)
            {
                Search outcome = SearchInside((void*)branch->Children[i], height - 1, in request, ref visits, out start);
                if (outcome != Search.NotHere)
                    return outcome;
                // Where a bound of the request lies, not all of a hole may have been tried.
                if (i > child && i < count - 1 && cuts[i] <= request.Last)
                    (refusals ??= nodes.MakeRefusals(branch)).Add(i, in request);
            }
            if (i < count - 1)
            {
                if (cuts[i] >= request.Last)
                {
                    start = 0;
                    return Search.Beyond;
                }
                if (between[i] >= request.Length && request.Fits(cuts[i] + 1, cuts[i] + between[i], out start))
                    return Search.Found;
            }
        }
        start = 0;
        return Search.NotHere;
    }

    private static Search SearchLeaf(Leaf<TValue>* leaf, in GapRequest request, out ulong start)
    {
        for (int i = 1; i < leaf->Count; i++)
        {
            if (leaf->HoleBefore(i) >= request.Length
                && request.Fits(leaf->LastAt(i - 1) + 1, leaf->EntryAt(i).Start - 1, out start))
                return Search.Found;
        }
        start = 0;
        return Search.NotHere;
    }

    private static Leaf<TValue>* LeafAtEnd<TVisits>(nuint root, bool lowest, ref TVisits visits)
        where TVisits : struct, IVisits
    {
        void* node = NodeOf(root);
        visits.Visit();
        for (int level = HeightOf(root); level > 0; level--)
        {
            var branch = (Branch*)node;
            node = (void*)branch->Children[lowest ? 0 : branch->Count - 1];
            visits.Visit();
        }
        return (Leaf<TValue>*)node;
    }
}
