namespace Ioasis.Engine.Intervals;

/// <summary>
/// The memory in which the nodes of interval maps lie: every address space of a context takes its nodes here. It is memory that the garbage
/// collector neither moves nor looks into, so nodes begin with a cache line, point to each other plainly, and cost nothing at a collection.
/// </summary>
/// <remarks>
/// <para><b>Threads.</b> One at a time, under the lock of who writes to the maps.</para>
/// <para><b>Nodes stay what they are.</b> A node that has left a tree comes back as a leaf if it was a leaf, as a branch of the same level
/// if it was a branch. So a reader that is still inside, or comes there by an old address, finds a node of the kind that it expects,
/// whatever it holds by now; that it is not the right one the reader learns from the leaf's version or the map's structure number, neither of
/// which ever goes back.</para>
/// <para><b>Memory</b> comes in blocks, which are held until no node is in use and the owner knows that no reader is left (<see cref="Clear"/>),
/// or as long as the pool. Maps hold the pool, and what a map is asked for holds the map to
/// its end. Branches have blocks of their own, so that they lie in few pages: every search goes through them.</para>
/// </remarks>
public sealed unsafe class NodePool<TValue>
    where TValue : unmanaged
{
    private NodeBlocks _leafBlocks, _branchBlocks;
    private Branch*[]? _spareBranches; // by level, the lowest first
    private List<Refusals>? _refusals;
    private Leaf<TValue>* _spareLeaves;

    /// <summary>Bytes of memory held, in use or spare.</summary>
    public long Bytes => _leafBlocks.Bytes + _branchBlocks.Bytes;

    /// <summary>Nodes in trees.</summary>
    public int InUse { get; private set; }

    /// <summary>Gives all memory back. No node is in use, and no reader that has found one is still on its way.</summary>
    internal void Clear()
    {
        System.Diagnostics.Debug.Assert(InUse == 0);
        _leafBlocks = default;
        _branchBlocks = default;
        _spareBranches = null;
        _spareLeaves = null;
        _refusals = null;
    }

    /// <summary>Some branch may have refusals.</summary>
    internal bool HasRefusals => _refusals is not null;

    /// <summary>An empty leaf.</summary>
    internal Leaf<TValue>* TakeLeaf()
    {
        Leaf<TValue>* leaf = _spareLeaves;
        if (leaf == null)
            leaf = (Leaf<TValue>*)_leafBlocks.Take(SizeOfLeaf);
        else
            _spareLeaves = leaf->Next;
        leaf->Clear();
        InUse++;
        return leaf;
    }

    /// <summary>A branch with one child.</summary>
    /// <param name="level">1 when its children are leaves.</param>
    /// <param name="child">The child.</param>
    /// <param name="inside">The largest hole below it.</param>
    internal Branch* TakeBranch(int level, void* child, ulong inside)
    {
        _spareBranches ??= new Branch*[Shape.MaxHeight];
        ref Branch* spare = ref _spareBranches[level - 1];
        Branch* branch = spare;
        if (branch == null)
            branch = (Branch*)_branchBlocks.Take(sizeof(Branch));
        else
            spare = branch->Next;
        branch->Open(child, inside);
        InUse++;
        return branch;
    }

    /// <summary>Takes back a leaf that no node points to any more.</summary>
    internal void Return(Leaf<TValue>* leaf)
    {
        InUse--;
        leaf->Next = _spareLeaves;
        _spareLeaves = leaf;
    }

    /// <summary>Takes back a branch that no node points to any more.</summary>
    internal void Return(Branch* branch, int level)
    {
        InUse--;
        Forget(branch);
        ref Branch* spare = ref _spareBranches![level - 1];
        branch->Next = spare;
        spare = branch;
    }

    /// <summary>What searches have learnt of a branch's children; null when nothing.</summary>
    internal Refusals? RefusalsOf(Branch* branch) => branch->Refusals == 0 ? null : _refusals![branch->Refusals - 1];

    /// <summary>The same, made when it is not there. A branch keeps it, also while it is spare.</summary>
    internal Refusals MakeRefusals(Branch* branch)
    {
        _refusals ??= [];
        if (branch->Refusals == 0)
        {
            _refusals.Add(new Refusals());
            branch->Refusals = _refusals.Count;
        }

        return _refusals[branch->Refusals - 1];
    }

    /// <summary>The branch's children are others now: nothing is known of them.</summary>
    internal void Forget(Branch* branch) => RefusalsOf(branch)?.Forget();

    /// <remarks>A reader compares its position with the count before it reads an entry, but prefetches before that: one entry more fits.</remarks>
    private static int SizeOfLeaf => Math.Max(sizeof(Leaf<TValue>), 2 * Shape.Line + (Shape.Leaf + 1) * sizeof(Entry<TValue>));
}
