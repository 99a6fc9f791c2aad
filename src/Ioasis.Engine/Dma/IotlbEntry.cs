using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Dma;

/// <summary>
/// A remembered translation: one area of one page table, good as long as the address space's generation is the same.
/// </summary>
internal struct IotlbEntry
{
    /// <summary>IOVAs of the area, both ends inclusive.</summary>
    public ulong First, Last;

    /// <summary>The client address of <see cref="First"/>.</summary>
    public ulong Address;

    public Backing Backing;

    /// <summary>The page table through which it was found; null when the entry is empty.</summary>
    public PageTable? Table;

    /// <summary>The address space's generation, read before the look-up.</summary>
    public ulong Generation;

    public AreaAccess Access;

    /// <summary>Where writes are marked; null when nobody wants to know.</summary>
    public DirtyTracker? Tracker;
}
