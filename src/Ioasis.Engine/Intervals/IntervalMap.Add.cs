using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
{
    /// <summary>Adds [<paramref name="start"/>, <paramref name="last"/>]. Writer only.</summary>
    /// <param name="start">First address; not above <paramref name="last"/>.</param>
    /// <param name="last">Last address, inclusive.</param>
    /// <param name="value">What the range maps to.</param>
    /// <returns>False, and nothing is changed, when a range is there that has an address in common with the new one.</returns>
    public bool TryAdd(ulong start, ulong last, in TValue value)
    {
        AssertRange(start, last);
        if (_root is not { } root)
        {
            OneLeaf<TValue> first = new();
            first.Insert(0, start, last, value);
            Volatile.Write(ref _root, first);
            return true;
        }
        Route route = default;
        Leaf<TValue> leaf = Descend(root, start, ref route);
        int i = leaf.Find(start);
        if (i < leaf.Count && leaf.EntryAt(i).Start <= last)
            return false;
        LetReadersPass();
        if (leaf.Count == leaf.Lasts.Length)
            MakeRoom(ref route, ref leaf, ref i);
        leaf.Version.Begin();
        leaf.Insert(i, start, last, value);
        leaf.Version.End();
        if (route.Depth != 0)
        {
            _spares!.Count++;
            HoleDivided(ref route, leaf, i);
        }
        return true;
    }

    /// <summary>Brings the known holes up to date after a range has come to position <paramref name="i"/> of the leaf.</summary>
    private static void HoleDivided(ref Route route, Leaf<TValue> leaf, int i)
    {
        int bottom = route.Depth - 1;
        ulong inside = route[bottom].Branch.Inside[route[bottom].Index];
        if (i == 0)
        {
            // Of the hole between the leaf to the left and this one, the part below the new range remains; the rest is inside now.
            int level = route.LevelOfLeftHole();
            if (level >= 0)
            {
                int left = route[level].Index - 1;
                ulong shorter = leaf.EntryAt(1).Start - leaf.EntryAt(0).Start;
                BetweenChanged(ref route, level, left, route[level].Branch.Between[left] - shorter);
            }
            InsideChanged(ref route, Math.Max(inside, leaf.HoleBefore(1)));
        }
        else if (i == leaf.Count - 1)
        {
            // Only the map's last leaf grows at its end, because cuts are exact.
            InsideChanged(ref route, Math.Max(inside, leaf.HoleBefore(i)));
        }
        else if (leaf.EntryAt(i + 1).Start - leaf.Lasts[i - 1] - 1 == inside)
            InsideChanged(ref route, leaf.LargestHole(inside));
    }

    /// <summary>
    /// Makes the full leaf where position <paramref name="i"/> is into one, or two, with room. The ranges stay the same; the route, the
    /// leaf and the position are moved to where the new range belongs.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom(ref Route route, ref Leaf<TValue> leaf, ref int i)
    {
        if (leaf is not FullLeaf<TValue> full)
        {
            Leaf<TValue> larger = leaf is OneLeaf<TValue> ? new FourLeaf<TValue>() : Spares.TakeLeaf();
            leaf.CopyTo(0, leaf.Count, larger, 0);
            // A reader in the old leaf finishes there: nothing in it changes any more.
            Volatile.Write(ref _root, larger);
            leaf = larger;
            return;
        }
        SplitLeaf(ref route, full, ref leaf, ref i);
    }

    private void SplitLeaf(ref Route route, FullLeaf<TValue> left, ref Leaf<TValue> leaf, ref int i)
    {
        ref Route.Step above = ref MakeRoomAbove(ref route, route.Depth);
        Branch parent = above.Branch;
        FullLeaf<TValue> right = Spares.TakeLeaf();
        int keep = Shape.SplitPoint(Shape.Leaf, i);
        ulong cut = left.Lasts[keep - 1], between = left.HoleBefore(keep);
        left.CopyTo(keep, Shape.Leaf - keep, right, 0);
        right.Next = left.Next;
        left.Next = right;
        _structure.Begin();
        left.Version.Begin();
        left.Truncate(keep);
        parent.InsertAfter(above.Index, cut, between, right);
        left.Version.End();
        _structure.End();
        parent.Inside[above.Index] = left.LargestHole();
        parent.Inside[above.Index + 1] = right.LargestHole();
        // The new range may lie in the hole at the cut. Then it goes to the right leaf, as a search would lead it, because cuts are exact.
        if (i >= keep)
        {
            above.Index++;
            i -= keep;
            leaf = right;
        }
    }

    /// <summary>
    /// The step above <paramref name="level"/> of the route (the leaf is at level <see cref="Route.Depth"/>), with room for one more child.
    /// </summary>
    private ref Route.Step MakeRoomAbove(ref Route route, int level)
    {
        if (level == 0)
        {
            if (_root is Leaf<TValue> only)
                Spares.Count = only.Count;
            Branch root = Spares.TakeBranch();
            root.Children[0] = _root;
            root.Inside[0] = _root is Branch old ? old.LargestHole() : ((Leaf<TValue>)_root!).LargestHole();
            root.Count = 1;
            Volatile.Write(ref _root, root);
            _height++;
            route.AddAbove(root);
            return ref route[0];
        }
        if (route[level - 1].Branch.Count == Shape.Branch)
            level = SplitBranch(ref route, level - 1) + 1;
        return ref route[level - 1];
    }

    /// <summary>Splits the full branch at <paramref name="level"/>. Returns its level in the route, which is another when the root grew.</summary>
    private int SplitBranch(ref Route route, int level)
    {
        int depth = route.Depth;
        ref Route.Step above = ref MakeRoomAbove(ref route, level);
        level += route.Depth - depth;
        ref Route.Step step = ref route[level];
        Branch parent = above.Branch, left = step.Branch, right = Spares.TakeBranch();
        int keep = Shape.SplitPoint(Shape.Branch, step.Index == Shape.Branch - 1 ? Shape.Branch : step.Index);
        ulong cut = 0, between = 0;
        _structure.Begin();
        left.MoveToFront(Shape.Branch - keep, right, ref cut, ref between);
        parent.InsertAfter(above.Index, cut, between, right);
        _structure.End();
        parent.Inside[above.Index] = left.LargestHole();
        parent.Inside[above.Index + 1] = right.LargestHole();
        if (step.Index >= keep)
        {
            above.Index++;
            step.Branch = right;
            step.Index -= keep;
        }
        return level;
    }
}
