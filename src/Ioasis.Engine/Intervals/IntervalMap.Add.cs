using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed unsafe partial class IntervalMap<TValue>
{
    /// <summary>Adds [<paramref name="start"/>, <paramref name="last"/>]. Writer only.</summary>
    /// <param name="start">First address; not above <paramref name="last"/>.</param>
    /// <param name="last">Last address, inclusive.</param>
    /// <param name="value">What the range maps to.</param>
    /// <returns>False, and nothing is changed, when a range is there that has an address in common with the new one.</returns>
    public bool TryAdd(ulong start, ulong last, in TValue value)
    {
        if (TryLocate(start, last, out Place<TValue> place))
            return false;
        Add(ref place, start, last, in value);
        return true;
    }

    /// <summary>Adds a range where <see cref="TryLocate"/> has found that none is. Writer only; the place is used up.</summary>
    /// <param name="place">Where <paramref name="start"/> belongs.</param>
    /// <param name="start">First address; not above <paramref name="last"/>.</param>
    /// <param name="last">Last address, inclusive.</param>
    /// <param name="value">What the range maps to.</param>
    public void Add(ref Place<TValue> place, ulong start, ulong last, in TValue value)
    {
        AssertRange(start, last);
        LetReadersPass();
        if (place.Leaf == null)
        {
            AddWithoutTree(start, last, in value);
            return;
        }

        if (place.Leaf->Count == Shape.Leaf)
            SplitLeaf(ref place);
        Leaf<TValue>* leaf = place.Leaf;
        leaf->Begin();
        leaf->Insert(place.Position, start, last, in value);
        leaf->End();
        if (place.Route.Depth != 0)
        {
            place.Route[0].Branch->Ranges++;
            HoleDivided(ref place.Route, leaf, place.Position);
        }

        GC.KeepAlive(this);
    }

    /// <summary>The first range lies in the map; the second makes a leaf of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddWithoutTree(ulong start, ulong last, in TValue value)
    {
        if (!_hasOnly)
        {
            _structure.Begin();
            _only = new Interval<TValue>(start, last, in value);
            _hasOnly = true;
            _structure.End();
            return;
        }

        Leaf<TValue>* leaf = nodes.TakeLeaf();
        leaf->Begin();
        leaf->Insert(0, _only.Start, _only.Last, in _only.Value);
        leaf->Insert(start < _only.Start ? 0 : 1, start, last, in value);
        leaf->End();
        _structure.Begin();
        SetRoot(leaf, height: 0);
        _hasOnly = false;
        _structure.End();
    }

    /// <summary>Brings the known holes up to date after a range has come to position <paramref name="i"/> of the leaf.</summary>
    private static void HoleDivided(ref Route route, Leaf<TValue>* leaf, int i)
    {
        ref Route.Step bottom = ref route.Bottom;
        ulong inside = bottom.Branch->Inside[bottom.Index];
        if (i == 0)
        {
            // Of the hole between the leaf to the left and this one, the part below the new range remains; the rest is inside now.
            int level = route.LevelOfLeftHole();
            if (level >= 0)
            {
                int left = route[level].Index - 1;
                ulong shorter = leaf->EntryAt(1).Start - leaf->EntryAt(0).Start;
                BetweenChanged(ref route, level, left, route[level].Branch->Between[left] - shorter);
            }
            InsideChanged(ref route, Math.Max(inside, leaf->HoleBefore(1)));
        }
        else if (i == leaf->Count - 1)
        {
            // Only the map's last leaf grows at its end, because cuts are exact.
            InsideChanged(ref route, Math.Max(inside, leaf->HoleBefore(i)));
        }
        else if (leaf->EntryAt(i + 1).Start - leaf->LastAt(i - 1) - 1 == inside)
            InsideChanged(ref route, leaf->LargestHole(inside));
    }

    /// <summary>
    /// Makes the full leaf of a place into two with room. The ranges stay the same; the place is moved to where the new range belongs.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SplitLeaf(ref Place<TValue> place)
    {
        ref Route.Step above = ref MakeRoomAbove(ref place.Route, place.Route.Depth);
        Branch* parent = above.Branch;
        Leaf<TValue>* left = place.Leaf, right = nodes.TakeLeaf();
        int keep = Shape.SplitPoint(Shape.Leaf, place.Position);
        ulong cut = left->LastAt(keep - 1), between = left->HoleBefore(keep);
        _structure.Begin();
        left->Begin();
        right->Begin();
        left->MoveToFront(Shape.Leaf - keep, ref *right);
        right->Next = left->Next;
        left->Next = right;
        parent->InsertAfter(above.Index, cut, between, right);
        right->End();
        left->End();
        _structure.End();
        nodes.Forget(parent);
        parent->Inside[above.Index] = left->LargestHole();
        parent->Inside[above.Index + 1] = right->LargestHole();
        // The new range may lie in the hole at the cut. Then it goes to the right leaf, as a search would lead it, because cuts are exact.
        if (place.Position >= keep)
        {
            above.Index++;
            place.Position -= keep;
            place.Leaf = right;
        }
    }

    /// <summary>
    /// The step above <paramref name="level"/> of the route (the leaf is at level <see cref="Route.Depth"/>), with room for one more child.
    /// </summary>
    private ref Route.Step MakeRoomAbove(ref Route route, int level)
    {
        if (level == 0)
        {
            int height = HeightOf(_root), ranges = Count;
            void* old = NodeOf(_root);
            ulong inside = height == 0 ? ((Leaf<TValue>*)old)->LargestHole() : ((Branch*)old)->LargestHole();
            Branch* root = nodes.TakeBranch(height + 1, old, inside);
            root->Ranges = ranges;
            SetRoot(root, height + 1);
            route.AddAbove(root);
            return ref route[0];
        }
        if (route[level - 1].Branch->Count == Shape.Branch)
            level = SplitBranch(ref route, level - 1) + 1;
        return ref route[level - 1];
    }

    /// <summary>Splits the full branch at <paramref name="level"/>. Returns its level in the route, which is another when the root grew.</summary>
    private int SplitBranch(ref Route route, int level)
    {
        int depth = route.Depth, height = depth - level; // of the branch: 1 above the leaves
        ref Route.Step above = ref MakeRoomAbove(ref route, level);
        level += route.Depth - depth;
        ref Route.Step step = ref route[level];
        Branch* parent = above.Branch, left = step.Branch;
        Branch* right = nodes.TakeBranch(height, (void*)left->Children[Shape.Branch - 1], 0);
        right->Count = 0;
        int keep = Shape.SplitPoint(Shape.Branch, step.Index == Shape.Branch - 1 ? Shape.Branch : step.Index);
        ulong cut = 0, between = 0;
        _structure.Begin();
        left->MoveToFront(Shape.Branch - keep, ref *right, ref cut, ref between);
        parent->InsertAfter(above.Index, cut, between, right);
        _structure.End();
        nodes.Forget(left);
        nodes.Forget(parent);
        parent->Inside[above.Index] = left->LargestHole();
        parent->Inside[above.Index + 1] = right->LargestHole();
        if (step.Index >= keep)
        {
            above.Index++;
            step.Branch = right;
            step.Index -= keep;
        }
        return level;
    }
}
