using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

/// <summary>Walks a map's whole tree and checks all that its comments promise: order, cuts, holes, fill, height, chain, versions, rest.</summary>
internal static unsafe class TreeChecker
{
    /// <summary>What a subtree really is, found from its ranges and not from what its branches believe.</summary>
    private readonly record struct Facts(ulong First, ulong Last, ulong LargestHole);

    public static void Check<TValue>(IntervalMap<TValue> map)
        where TValue : unmanaged
    {
        Require(map.IsAtRest, "the structure at rest");
        if (map.Root == null)
        {
            Require(map.Count <= 1, "no more than one range without a tree");
            return;
        }

        List<nint> leaves = [];
        Walk<TValue>(map.Root, map.Height, isRoot: true, leaves);
        int count = 0;
        for (int n = 0; n < leaves.Count; n++)
        {
            var leaf = (Leaf<TValue>*)leaves[n];
            Require((nint)leaf->Next == (n + 1 < leaves.Count ? leaves[n + 1] : 0), "the chain of leaves");
            count += leaf->Count;
        }
        Require(map.Count == count, "the count of ranges");
    }

    private static Facts Walk<TValue>(void* node, int height, bool isRoot, List<nint> leaves)
        where TValue : unmanaged
    {
        Require((nuint)node % Shape.Line == 0, "a node that begins with a line");
        if (height == 0)
        {
            leaves.Add((nint)node);
            return CheckLeaf((Leaf<TValue>*)node, isRoot);
        }
        var branch = (Branch*)node;
        Require(branch->Count <= Shape.Branch && branch->Count >= (isRoot ? 2 : Shape.BranchLeast), "the fill of a branch");
        Facts facts = Walk<TValue>((void*)branch->Children[0], height - 1, false, leaves);
        Require(branch->Inside[0] == facts.LargestHole, "the hole inside a child");
        for (int i = 1; i < branch->Count; i++)
        {
            Facts next = Walk<TValue>((void*)branch->Children[i], height - 1, false, leaves);
            Require(next.First > facts.Last, "children in order");
            ulong between = next.First - facts.Last - 1;
            Require(branch->Cuts[i - 1] == facts.Last, "an exact cut");
            Require(branch->Between[i - 1] == between, "the hole between children");
            Require(branch->Inside[i] == next.LargestHole, "the hole inside a child");
            facts = new(facts.First, next.Last, Math.Max(facts.LargestHole, Math.Max(between, next.LargestHole)));
        }
        for (int i = branch->Count; i < Shape.Branch; i++)
            Require(branch->Children[i] != 0 && branch->Inside[i] == 0, "an unused place, which leads somewhere");
        for (int i = branch->Count - 1; i < Shape.Branch; i++)
            Require(branch->Cuts[i] == ulong.MaxValue && branch->Between[i] == 0, "an unused cut");
        for (int group = 0; group < Shape.Group; group++)
            Require(branch->Pivots[group] == branch->Cuts[group * Shape.Group + Shape.Group - 1], "a pivot");
        return facts;
    }

    private static Facts CheckLeaf<TValue>(Leaf<TValue>* leaf, bool isRoot)
        where TValue : unmanaged
    {
        Require(leaf->IsAtRest, "a version at rest");
        Require(leaf->Count <= Shape.Leaf && leaf->Count >= (isRoot ? 1 : Shape.LeafLeast), "the fill of a leaf");
        ulong largest = 0;
        for (int i = 0; i < leaf->Count; i++)
        {
            ulong start = leaf->EntryAt(i).Start;
            Require(start <= leaf->LastAt(i), "a range that ends after it starts");
            Require(i == 0 || start > leaf->LastAt(i - 1), "ranges in order");
            if (i > 0)
                largest = Math.Max(largest, start - leaf->LastAt(i - 1) - 1);
        }
        for (int i = leaf->Count; i < Shape.Leaf; i++)
            Require(leaf->LastAt(i) == ulong.MaxValue, "an unused range");
        return new(leaf->EntryAt(0).Start, leaf->LastAt(leaf->Count - 1), largest);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            Assert.Fail($"broken: {what}");
    }
}
