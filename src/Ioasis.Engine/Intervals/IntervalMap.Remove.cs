using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed unsafe partial class IntervalMap<TValue>
{
    /// <summary>Removes the range that begins at exactly <paramref name="start"/>. Writer only.</summary>
    /// <param name="start">The range's first address.</param>
    /// <param name="last">The range's last address, inclusive.</param>
    /// <param name="value">What it mapped to.</param>
    /// <returns>False, and nothing is changed, when no range begins there.</returns>
    public bool Remove(ulong start, out ulong last, out TValue value)
    {
        if (TryLocate(start, start, out Place<TValue> place) && StartOf(in place) == start)
        {
            Read(in place, out _, out last, out value);
            RemoveAt(ref place);
            return true;
        }

        last = 0;
        value = default;
        return false;
    }

    /// <summary>Removes the range that <see cref="TryLocate"/> has found. Writer only; the place is used up.</summary>
    public void RemoveAt(ref Place<TValue> place)
    {
        LetReadersPass();
        Leaf<TValue>* leaf = place.Leaf;
        if (leaf == null)
        {
            _structure.Begin();
            _hasOnly = false;
            _structure.End();
            return;
        }

        int i = place.Position;
        ulong start = leaf->EntryAt(i).Start, last = leaf->LastAt(i);
        leaf->Begin();
        leaf->RemoveAt(i);
        leaf->End();
        ref Route route = ref place.Route;
        if (route.Depth == 0)
        {
            if (leaf->Count == 0)
                GiveUpTree(leaf);
            return;
        }

        route[0].Branch->Ranges--;
        if (nodes.HasRefusals)
            ForgetRefusals(ref route);
        HolesJoined(ref route, leaf, i, start, last);
        if (leaf->Count < Shape.LeafLeast)
            FillLeaf(ref route);
        GC.KeepAlive(this);
    }

    /// <summary>The last range of the only leaf has gone.</summary>
    private void GiveUpTree(Leaf<TValue>* leaf)
    {
        _structure.Begin();
        SetRoot(null, height: 0);
        _structure.End();
        nodes.Return(leaf);
    }

    /// <summary>A hole below each branch on the way has grown.</summary>
    private void ForgetRefusals(ref Route route)
    {
        for (int level = 0; level < route.Depth; level++)
            nodes.RefusalsOf(route[level].Branch)?.Forget(route[level].Index);
    }

    /// <summary>
    /// Brings the known holes up to date after the range [<paramref name="start"/>, <paramref name="last"/>] has gone from position
    /// <paramref name="i"/> of the leaf, which is not empty now.
    /// </summary>
    private static void HolesJoined(ref Route route, Leaf<TValue>* leaf, int i, ulong start, ulong last)
    {
        ref Route.Step bottom = ref route.Bottom;
        ulong inside = bottom.Branch->Inside[bottom.Index];
        if (i == 0)
        {
            ulong first = leaf->EntryAt(0).Start;
            int level = route.LevelOfLeftHole();
            if (level >= 0)
            {
                int left = route[level].Index - 1;
                BetweenChanged(ref route, level, left, route[level].Branch->Between[left] + (first - start));
            }
            if (first - last - 1 == inside)
                InsideChanged(ref route, leaf->LargestHole(inside));
        }
        else if (i == leaf->Count)
        {
            ulong cut = leaf->LastAt(i - 1);
            int level = route.LevelOfRightHole();
            if (level >= 0)
            {
                int right = route[level].Index;
                BetweenChanged(ref route, level, right, route[level].Branch->Between[right] + (last - cut));
                route[level].Branch->MoveCut(right, cut);
            }
            if (start - cut - 1 == inside)
                InsideChanged(ref route, leaf->LargestHole(inside));
        }
        else
            InsideChanged(ref route, Math.Max(inside, leaf->HoleBefore(i)));
    }

    /// <summary>The route's leaf holds too little: makes it one with a neighbour, or takes from the neighbour. The ranges stay the same.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillLeaf(ref Route route)
    {
        int bottom = route.Depth - 1;
        Branch* parent = route[bottom].Branch;
        int i = Math.Min(route[bottom].Index, parent->Count - 2);
        var left = (Leaf<TValue>*)parent->Children[i];
        var right = (Leaf<TValue>*)parent->Children[i + 1];
        int sum = left->Count + right->Count;
        _structure.Begin();
        left->Begin();
        right->Begin();
        if (sum <= Shape.LeafMerged)
        {
            right->MoveToEnd(right->Count, ref *left);
            left->Next = right->Next;
            ulong largest = Math.Max(parent->Between[i], Math.Max(parent->Inside[i], parent->Inside[i + 1]));
            parent->RemoveAfter(i);
            parent->Inside[i] = largest;
        }
        else
        {
            int half = sum / 2;
            if (left->Count < half)
                right->MoveToEnd(half - left->Count, ref *left);
            else
                left->MoveToFront(left->Count - half, ref *right);
            ulong cut = left->LastAt(half - 1);
            parent->SetBoundary(i, cut, right->EntryAt(0).Start - cut - 1);
            parent->Inside[i] = left->LargestHole();
            parent->Inside[i + 1] = right->LargestHole();
        }
        right->End();
        left->End();
        _structure.End();
        nodes.Forget(parent);
        if (right->Count == 0)
        {
            nodes.Return(right);
            FillBranch(ref route, bottom);
        }
    }

    /// <summary>The branch at <paramref name="level"/> has lost a child: as <see cref="FillLeaf"/>, if it holds too little now.</summary>
    private void FillBranch(ref Route route, int level)
    {
        Branch* branch = route[level].Branch;
        if (level == 0)
        {
            if (branch->Count == 1)
                LowerRoot(branch);
            return;
        }
        if (branch->Count >= Shape.BranchLeast)
            return;
        Branch* parent = route[level - 1].Branch;
        int i = Math.Min(route[level - 1].Index, parent->Count - 2);
        var left = (Branch*)parent->Children[i];
        var right = (Branch*)parent->Children[i + 1];
        int sum = left->Count + right->Count;
        ulong cut = parent->Cuts[i], between = parent->Between[i];
        _structure.Begin();
        if (sum <= Shape.BranchMerged)
        {
            right->MoveToEnd(right->Count, ref *left, ref cut, ref between);
            parent->RemoveAfter(i);
        }
        else
        {
            if (left->Count < sum / 2)
                right->MoveToEnd(sum / 2 - left->Count, ref *left, ref cut, ref between);
            else
                left->MoveToFront(left->Count - sum / 2, ref *right, ref cut, ref between);
            parent->SetBoundary(i, cut, between);
            parent->Inside[i + 1] = right->LargestHole();
        }
        _structure.End();
        nodes.Forget(left);
        nodes.Forget(right);
        nodes.Forget(parent);
        parent->Inside[i] = left->LargestHole();
        if (right->Count == 0)
        {
            nodes.Return(right, route.Depth - level);
            FillBranch(ref route, level - 1);
        }
    }

    /// <summary>A root with one child gives way to the child.</summary>
    private void LowerRoot(Branch* root)
    {
        int height = HeightOf(_root);
        var child = (void*)root->Children[0];
        if (height > 1)
            ((Branch*)child)->Ranges = root->Ranges;
        _structure.Begin();
        SetRoot(child, height - 1);
        _structure.End();
        nodes.Return(root, height);
    }
}
