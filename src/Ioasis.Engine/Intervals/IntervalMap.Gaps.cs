namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
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
        return TryFindGap(new GapRequest(length, alignment, offset, first, last), ref visits, out start);
    }

    /// <summary>As the public one, counting the nodes looked at.</summary>
    internal bool TryFindGap<TVisits>(in GapRequest request, ref TVisits visits, out ulong start)
        where TVisits : struct, IVisits
    {
        start = 0;
        if (request.IsImpossible)
            return false;
        if (_root is not { } root || Count == 0)
            return request.Fits(0, ulong.MaxValue, out start);
        // The holes at the two ends of the map belong to no node.
        ulong lowest = LeafAtEnd(root, lowest: true, ref visits).EntryAt(0).Start;
        if (lowest != 0 && request.Fits(0, lowest - 1, out start))
            return true;
        Search outcome = SearchInside(root, in request, ref visits, out start);
        if (outcome != Search.NotHere)
            return outcome == Search.Found;
        Leaf<TValue> end = LeafAtEnd(root, lowest: false, ref visits);
        ulong highest = end.Lasts[end.Count - 1];
        return highest != ulong.MaxValue && request.Fits(highest + 1, ulong.MaxValue, out start);
    }

    /// <summary>The holes between two ranges below <paramref name="node"/>, ascending.</summary>
    private static Search SearchInside<TVisits>(Node node, in GapRequest request, ref TVisits visits, out ulong start)
        where TVisits : struct, IVisits
    {
        visits.Visit();
        if (node is not Branch branch)
            return SearchLeaf((Leaf<TValue>)node, in request, out start);
        ReadOnlySpan<ulong> cuts = branch.Cuts, inside = branch.Inside, between = branch.Between;
        int count = branch.Count, child = (int)branch.Search(request.First);
        // Children that end below the first address allowed have no hole above it, but the hole after the last of them may reach there.
        for (int i = Math.Max(child - 1, 0); i < count; i++)
        {
            if (inside[i] >= request.Length && (i == count - 1 || cuts[i] >= request.First) && !branch.Refuses(i, in request))
            {
                Search outcome = SearchInside(branch.Children[i]!, in request, ref visits, out start);
                if (outcome != Search.NotHere)
                    return outcome;
                // Where a bound of the request lies, not all of a hole may have been tried.
                if (i > child && i < count - 1 && cuts[i] <= request.Last)
                    branch.Refuse(i, in request);
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

    private static Search SearchLeaf(Leaf<TValue> leaf, in GapRequest request, out ulong start)
    {
        for (int i = 1; i < leaf.Count; i++)
        {
            if (leaf.HoleBefore(i) >= request.Length
                && request.Fits(leaf.Lasts[i - 1] + 1, leaf.EntryAt(i).Start - 1, out start))
                return Search.Found;
        }
        start = 0;
        return Search.NotHere;
    }

    private static Leaf<TValue> LeafAtEnd<TVisits>(Node root, bool lowest, ref TVisits visits)
        where TVisits : struct, IVisits
    {
        Node node = root;
        visits.Visit();
        while (node is Branch branch)
        {
            node = branch.Children[lowest ? 0 : branch.Count - 1]!;
            visits.Visit();
        }
        return (Leaf<TValue>)node;
    }
}
