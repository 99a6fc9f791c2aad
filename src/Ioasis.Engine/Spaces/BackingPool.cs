namespace Ioasis.Engine.Spaces;

/// <summary>
/// Backings of one context that are not in use, kept for the next map so that maps and unmaps allocate nothing in steady
/// state. Guarded by the context's lock.
/// </summary>
internal sealed class BackingPool
{
    private const int Most = 1024; // more than that is given back to the collector

    private Backing? _free;
    private int _count;

    public Backing Take()
    {
        if (_free is not { } backing)
            return new Backing();
        _free = backing.Next;
        backing.Next = null;
        _count--;
        return backing;
    }

    /// <summary>Takes back a backing that no area and no DMA uses any more.</summary>
    public void Return(Backing backing)
    {
        backing.Close();
        if (_count == Most)
            return;
        backing.Next = _free;
        _free = backing;
        _count++;
    }
}
