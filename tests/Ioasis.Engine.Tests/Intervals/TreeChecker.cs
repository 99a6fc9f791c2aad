using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

/// <summary>Walks a map's whole tree and checks all that its comments promise: order, cuts, holes, fill, height, chain, versions, rest.</summary>
internal static class TreeChecker
{
    /// <summary>What a subtree really is, found from its ranges and not from what its branches believe.</summary>
    private readonly record struct Facts(int Height, ulong First, ulong Last, ulong LargestHole);

    public static void Check<TValue>(IntervalMap<TValue> map)
        where TValue : struct
    {
        Require(map.IsAtRest, "the structure at rest");
        List<Leaf<TValue>> leaves = [];
        if (map.Root is { } root)
            Walk(root, isRoot: true, leaves);
        int count = 0;
        for (int n = 0; n < leaves.Count; n++)
        {
            Require(ReferenceEquals(leaves[n].Next, n + 1 < leaves.Count ? leaves[n + 1] : null), "the chain of leaves");
            count += leaves[n].Count;
        }
        Require(map.Count == count, "the count of ranges");
    }

    private static Facts Walk<TValue>(Node node, bool isRoot, List<Leaf<TValue>> leaves)
        where TValue : struct
    {
        if (node is Leaf<TValue> leaf)
        {
            leaves.Add(leaf);
            return CheckLeaf(leaf, isRoot);
        }
        var branch = (Branch)node;
        Require(branch.Count <= Shape.Branch && branch.Count >= (isRoot ? 2 : Shape.BranchLeast), "the fill of a branch");
        Facts facts = Walk(branch.Children[0]!, false, leaves);
        Require(branch.Inside[0] == facts.LargestHole, "the hole inside a child");
        for (int i = 1; i < branch.Count; i++)
        {
            Facts next = Walk(branch.Children[i]!, false, leaves);
            Require(next.Height == facts.Height, "leaves at one depth");
            Require(next.First > facts.Last, "children in order");
            ulong between = next.First - facts.Last - 1;
            Require(branch.Cuts[i - 1] == facts.Last, "an exact cut");
            Require(branch.Between[i - 1] == between, "the hole between children");
            Require(branch.Inside[i] == next.LargestHole, "the hole inside a child");
            facts = new(facts.Height, facts.First, next.Last, Math.Max(facts.LargestHole, Math.Max(between, next.LargestHole)));
        }
        for (int i = branch.Count; i < Shape.Branch; i++)
            Require(branch.Children[i] is null && branch.Inside[i] == 0, "an unused place");
        for (int i = branch.Count - 1; i < Shape.Branch; i++)
            Require(branch.Cuts[i] == ulong.MaxValue && branch.Between[i] == 0, "an unused cut");
        for (int group = 0; group < Shape.Group; group++)
            Require(branch.Pivots[group] == branch.Cuts[group * Shape.Group + Shape.Group - 1], "a pivot");
        return facts with { Height = facts.Height + 1 };
    }

    private static Facts CheckLeaf<TValue>(Leaf<TValue> leaf, bool isRoot)
        where TValue : struct
    {
        Require(leaf.Version.IsAtRest, "a version at rest");
        Require(leaf.Count <= leaf.Lasts.Length && leaf.Count >= (isRoot ? 0 : Shape.LeafLeast), "the fill of a leaf");
        Require(isRoot || leaf is FullLeaf<TValue>, "a small leaf only as a root");
        int slots = 0;
        for (int i = 0; i < Shape.Leaf; i++)
            slots |= 1 << leaf.Order[i];
        Require(slots == (1 << Shape.Leaf) - 1, "an order with every slot once");
        ulong largest = 0;
        for (int i = 0; i < leaf.Count; i++)
        {
            ulong start = leaf.EntryAt(i).Start;
            Require(start <= leaf.Lasts[i], "a range that ends after it starts");
            Require(i == 0 || start > leaf.Lasts[i - 1], "ranges in order");
            if (i > 0)
                largest = Math.Max(largest, start - leaf.Lasts[i - 1] - 1);
        }
        for (int i = leaf.Count; i < leaf.Lasts.Length; i++)
        {
            Entry<TValue> entry = leaf.EntryAt(i);
            Require(leaf.Lasts[i] == ulong.MaxValue && entry.Start == 0 && entry.Value.Equals(default(TValue)), "an unused range");
        }
        return leaf.Count == 0 ? default : new(0, leaf.EntryAt(0).Start, leaf.Lasts[leaf.Count - 1], largest);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            Assert.Fail($"broken: {what}");
    }
}
