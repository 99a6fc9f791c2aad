using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
{
    /// <summary>Removes the range that begins at exactly <paramref name="start"/>. Writer only.</summary>
    /// <param name="start">The range's first address.</param>
    /// <param name="last">The range's last address, inclusive.</param>
    /// <param name="value">What it mapped to.</param>
    /// <returns>False, and nothing is changed, when no range begins there.</returns>
    public bool Remove(ulong start, out ulong last, out TValue value)
    {
        Route route = default;
        if (_root is { } root)
        {
            Leaf<TValue> leaf = Descend(root, start, ref route);
            int i = leaf.Find(start);
            if (i < leaf.Count && leaf.Starts[i] == start)
            {
                last = leaf.Lasts[i];
                value = leaf.Values[i];
                RemoveAt(ref route, leaf, i);
                return true;
            }
        }
        last = 0;
        value = default;
        return false;
    }

    private void RemoveAt(ref Route route, Leaf<TValue> leaf, int i)
    {
        LetReadersPass();
        ulong start = leaf.Starts[i], last = leaf.Lasts[i];
        leaf.BeginChange();
        leaf.RemoveAt(i);
        leaf.EndChange();
        _count--;
        if (route.Depth == 0)
            return;
        HolesJoined(ref route, leaf, i, start, last);
        if (leaf.Count < Shape.LeafLeast)
            FillLeaf(ref route);
    }

    /// <summary>
    /// Brings the known holes up to date after the range [<paramref name="start"/>, <paramref name="last"/>] has gone from position
    /// <paramref name="i"/> of the leaf, which is not empty now.
    /// </summary>
    private static void HolesJoined(ref Route route, Leaf<TValue> leaf, int i, ulong start, ulong last)
    {
        Span<ulong> starts = leaf.Starts, lasts = leaf.Lasts;
        int bottom = route.Depth - 1, top = bottom;
        ref ulong inside = ref route[bottom].Branch.Inside[route[bottom].Index];
        ulong largest = inside;
        if (i == 0)
        {
            int level = route.LevelOfLeftHole();
            if (level >= 0)
            {
                route[level].Branch.Between[route[level].Index - 1] += starts[0] - start;
                top = level;
            }
            if (starts[0] - last - 1 == largest)
                largest = leaf.LargestHole();
        }
        else if (i == leaf.Count)
        {
            int level = route.LevelOfRightHole();
            if (level >= 0)
            {
                // The cut moves down within a hole, where every reader is told "nothing here" whichever way it goes: no new version.
                Branch branch = route[level].Branch;
                branch.Between[route[level].Index] += last - lasts[i - 1];
                Volatile.Write(ref branch.Cuts[route[level].Index], lasts[i - 1]);
                top = level;
            }
            if (start - lasts[i - 1] - 1 == largest)
                largest = leaf.LargestHole();
        }
        else
        {
            ulong joined = starts[i] - lasts[i - 1] - 1;
            if (joined <= largest)
                return;
            largest = joined;
        }
        inside = largest;
        Summarise(ref route, bottom, top);
    }

    /// <summary>The route's leaf holds too little: makes it one with a neighbour, or takes from the neighbour. The ranges stay the same.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillLeaf(ref Route route)
    {
        int bottom = route.Depth - 1;
        Branch parent = route[bottom].Branch;
        int i = Math.Min(route[bottom].Index, parent.Count - 2);
        var left = (FullLeaf<TValue>)parent.Children[i]!;
        var right = (FullLeaf<TValue>)parent.Children[i + 1]!;
        int sum = left.Count + right.Count;
        parent.BeginChange();
        left.BeginChange();
        right.BeginChange();
        if (sum <= Shape.LeafMerged)
        {
            ulong largest = Math.Max(parent.Between[i], Math.Max(parent.Inside[i], parent.Inside[i + 1]));
            right.MoveToEnd(0, right.Count, left);
            left.Next = right.Next;
            parent.RemoveAfter(i);
            parent.Inside[i] = largest;
        }
        else
        {
            int half = sum / 2;
            if (left.Count < half)
                right.MoveToEnd(0, half - left.Count, left);
            else
                left.MoveToFront(left.Count - half, right);
            ulong cut = left.Lasts[half - 1];
            parent.Cuts[i] = cut;
            parent.Between[i] = right.Starts[0] - cut - 1;
            parent.Inside[i] = left.LargestHole();
            parent.Inside[i + 1] = right.LargestHole();
        }
        right.EndChange();
        left.EndChange();
        parent.EndChange();
        if (right.Count == 0)
        {
            Pool.Add(right);
            FillBranch(ref route, bottom);
        }
    }

    /// <summary>The branch at <paramref name="level"/> has lost a child: as <see cref="FillLeaf"/>, if it holds too little now.</summary>
    private void FillBranch(ref Route route, int level)
    {
        Branch branch = route[level].Branch;
        if (level == 0)
        {
            if (branch.Count == 1)
                LowerRoot(branch);
            return;
        }
        if (branch.Count >= Shape.BranchLeast)
            return;
        Branch parent = route[level - 1].Branch;
        int i = Math.Min(route[level - 1].Index, parent.Count - 2);
        var left = (Branch)parent.Children[i]!;
        var right = (Branch)parent.Children[i + 1]!;
        int sum = left.Count + right.Count;
        parent.BeginChange();
        left.BeginChange();
        right.BeginChange();
        ref ulong cut = ref parent.Cuts[i], between = ref parent.Between[i];
        if (sum <= Shape.BranchMerged)
        {
            right.MoveToEnd(right.Count, left, ref cut, ref between);
            parent.RemoveAfter(i);
        }
        else if (left.Count < sum / 2)
            right.MoveToEnd(sum / 2 - left.Count, left, ref cut, ref between);
        else
            left.MoveToFront(left.Count - sum / 2, right, ref cut, ref between);
        parent.Inside[i] = left.LargestHole();
        if (right.Count != 0)
            parent.Inside[i + 1] = right.LargestHole();
        right.EndChange();
        left.EndChange();
        parent.EndChange();
        if (right.Count == 0)
        {
            Pool.Add(right);
            FillBranch(ref route, level - 1);
        }
    }

    /// <summary>A root with one child gives way to the child.</summary>
    private void LowerRoot(Branch root)
    {
        Volatile.Write(ref _root, root.Children[0]);
        root.BeginChange();
        root.Clear();
        root.EndChange();
        Pool.Add(root);
    }
}
