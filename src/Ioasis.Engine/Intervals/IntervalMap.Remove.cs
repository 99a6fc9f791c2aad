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
            if (i < leaf.Count && leaf.EntryAt(i).Start == start)
            {
                last = leaf.Lasts[i];
                value = leaf.EntryAt(i).Value;
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
        ulong start = leaf.EntryAt(i).Start, last = leaf.Lasts[i];
        leaf.Version.Begin();
        leaf.RemoveAt(i);
        leaf.Version.End();
        if (route.Depth == 0)
            return;
        _spares!.Count--;
        for (int level = 0; level < route.Depth; level++)
            route[level].Branch.ForgetRefusals(route[level].Index);
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
        int bottom = route.Depth - 1;
        ulong inside = route[bottom].Branch.Inside[route[bottom].Index];
        if (i == 0)
        {
            ulong first = leaf.EntryAt(0).Start;
            int level = route.LevelOfLeftHole();
            if (level >= 0)
            {
                int left = route[level].Index - 1;
                BetweenChanged(ref route, level, left, route[level].Branch.Between[left] + (first - start));
            }
            if (first - last - 1 == inside)
                InsideChanged(ref route, leaf.LargestHole(inside));
        }
        else if (i == leaf.Count)
        {
            ulong cut = leaf.Lasts[i - 1];
            int level = route.LevelOfRightHole();
            if (level >= 0)
            {
                int right = route[level].Index;
                BetweenChanged(ref route, level, right, route[level].Branch.Between[right] + (last - cut));
                route[level].Branch.MoveCut(right, cut);
            }
            if (start - cut - 1 == inside)
                InsideChanged(ref route, leaf.LargestHole(inside));
        }
        else
            InsideChanged(ref route, Math.Max(inside, leaf.HoleBefore(i)));
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
        _structure.Begin();
        left.Version.Begin();
        right.Version.Begin();
        if (sum <= Shape.LeafMerged)
        {
            right.CopyTo(0, right.Count, left, left.Count);
            right.Truncate(0);
            left.Next = right.Next;
            ulong largest = Math.Max(parent.Between[i], Math.Max(parent.Inside[i], parent.Inside[i + 1]));
            parent.RemoveAfter(i);
            parent.Inside[i] = largest;
        }
        else
        {
            int half = sum / 2;
            if (left.Count < half)
            {
                int moving = half - left.Count;
                right.CopyTo(0, moving, left, left.Count);
                right.RemoveFirst(moving);
            }
            else
            {
                left.CopyTo(half, left.Count - half, right, 0);
                left.Truncate(half);
            }
            ulong cut = left.Lasts[half - 1];
            parent.SetBoundary(i, cut, right.EntryAt(0).Start - cut - 1);
            parent.Inside[i] = left.LargestHole();
            parent.Inside[i + 1] = right.LargestHole();
        }
        right.Version.End();
        left.Version.End();
        _structure.End();
        if (right.Count == 0)
        {
            Spares.Add(right);
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
        ulong cut = parent.Cuts[i], between = parent.Between[i];
        _structure.Begin();
        if (sum <= Shape.BranchMerged)
        {
            right.MoveToEnd(right.Count, left, ref cut, ref between);
            parent.RemoveAfter(i);
        }
        else
        {
            if (left.Count < sum / 2)
                right.MoveToEnd(sum / 2 - left.Count, left, ref cut, ref between);
            else
                left.MoveToFront(left.Count - sum / 2, right, ref cut, ref between);
            parent.SetBoundary(i, cut, between);
            parent.Inside[i + 1] = right.LargestHole();
        }
        _structure.End();
        parent.Inside[i] = left.LargestHole();
        if (right.Count == 0)
        {
            Spares.Add(right);
            FillBranch(ref route, level - 1);
        }
    }

    /// <summary>A root with one child gives way to the child.</summary>
    private void LowerRoot(Branch root)
    {
        _structure.Begin();
        Volatile.Write(ref _root, root.Children[0]);
        _height--;
        root.Clear();
        _structure.End();
        Spares.Add(root);
    }
}
