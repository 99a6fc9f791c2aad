namespace Ioasis.Engine.Intervals;

/// <summary>
/// What a map needs besides its nodes once it has more than one leaf: the number of ranges, and nodes that have left the tree, for use again.
/// Writer only; apart from the map, so that counting does not take a cache line from readers.
/// </summary>
/// <remarks>
/// A reader may still be inside a spare node. That does no harm: the leaf's version, or the map's structure number, moved when the node
/// left the tree, and neither ever goes back. Nodes come in empty, so a spare one keeps no value alive.
/// </remarks>
internal sealed class Spares<TValue>
    where TValue : struct
{
    /// <summary>How many nodes of a kind are kept; the rest is left to the garbage collector. 256 leaves hold some 3,000 ranges.</summary>
    public const int Limit = 256;

    /// <summary>Number of ranges in the map while its root is a branch.</summary>
    public int Count;

    private Leaf<TValue>? _leaves;
    private Branch? _branches;
    private int _leafCount;
    private int _branchCount;

    /// <summary>An empty leaf, a used one if there is one.</summary>
    public FullLeaf<TValue> TakeLeaf()
    {
        if (_leaves is not { } leaf)
            return new FullLeaf<TValue>();
        _leaves = leaf.Next;
        leaf.Next = null;
        _leafCount--;
        return (FullLeaf<TValue>)leaf;
    }

    /// <summary>An empty branch, a used one if there is one.</summary>
    public Branch TakeBranch()
    {
        if (_branches is not { } branch)
            return new Branch();
        _branches = branch.Next;
        branch.Next = null;
        _branchCount--;
        return branch;
    }

    /// <summary>Keeps an empty leaf that no node points to any more.</summary>
    public void Add(FullLeaf<TValue> leaf)
    {
        leaf.Next = null;
        if (_leafCount == Limit)
            return;
        leaf.Next = _leaves;
        _leaves = leaf;
        _leafCount++;
    }

    /// <summary>Keeps an empty branch that no node points to any more.</summary>
    public void Add(Branch branch)
    {
        if (_branchCount == Limit)
            return;
        branch.Next = _branches;
        _branches = branch;
        _branchCount++;
    }
}
