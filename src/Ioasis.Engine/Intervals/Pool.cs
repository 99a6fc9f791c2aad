namespace Ioasis.Engine.Intervals;

/// <summary>Nodes of one map that are not in its tree now, for its writer to use again.</summary>
/// <remarks>
/// A reader may still hold such a node. That does no harm: the version moved when the node left the tree, and moves on when it is used
/// again. Emptied nodes come in, so a kept node keeps no value alive.
/// </remarks>
internal sealed class Pool<TValue>
    where TValue : struct
{
    /// <summary>How many nodes of a kind are kept; the rest is left to the garbage collector. 256 leaves hold some 4,096 ranges.</summary>
    public const int Limit = 256;

    private Leaf<TValue>? _leaves;
    private Branch? _branches;
    private int _leafCount;
    private int _branchCount;

    public FullLeaf<TValue>? TakeLeaf()
    {
        Leaf<TValue>? leaf = _leaves;
        if (leaf is null)
            return null;
        _leaves = leaf.Next;
        leaf.Next = null;
        _leafCount--;
        return (FullLeaf<TValue>)leaf;
    }

    public Branch? TakeBranch()
    {
        Branch? branch = _branches;
        if (branch is null)
            return null;
        _branches = branch.Next;
        branch.Next = null;
        _branchCount--;
        return branch;
    }

    /// <summary>Keeps an emptied leaf that no node points to any more.</summary>
    public void Add(FullLeaf<TValue> leaf)
    {
        if (_leafCount == Limit)
            return;
        leaf.Next = _leaves;
        _leaves = leaf;
        _leafCount++;
    }

    /// <summary>Keeps an emptied branch that no node points to any more.</summary>
    public void Add(Branch branch)
    {
        if (_branchCount == Limit)
            return;
        branch.Next = _branches;
        _branches = branch;
        _branchCount++;
    }
}
