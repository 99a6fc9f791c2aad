using System.Runtime.CompilerServices;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Dma;

/// <summary>
/// A remembered translation: one area of one page table, good as long as the address space's generation is the same.
/// </summary>
internal sealed class IotlbEntry
{
    /// <summary>IOVAs of the area, both ends inclusive.</summary>
    public ulong First, Last;

    /// <summary>The client address of <see cref="First"/>.</summary>
    public ulong Address;

    /// <summary>The address space's generation, read before the look-up.</summary>
    public ulong Generation;

    /// <summary>The page table through which it was found; null when the entry is empty.</summary>
    public PageTable? Table;

    /// <summary>The table's address space.</summary>
    public Ioas Space = null!;

    /// <summary>Where writes are marked; null when nobody wants to know.</summary>
    public DirtyTracker? Tracker;

    private Backing[] _backings = null!;
    private int _backing;

    public AreaAccess Access;

    /// <summary>Where the bytes are. While the entry is good, and the section open in which that was seen.</summary>
    public ref Backing Backing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _backings[_backing];
    }

    /// <summary>The entry can be used for an address of a table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsGood(PageTable table, ulong iova) =>
        ReferenceEquals(Table, table) && Generation == Space.Generation && iova - First <= Last - First;

    /// <summary>Remembers the area of an IOVA.</summary>
    /// <returns>False when it is not mapped; the entry is as it was.</returns>
    public bool TryFill(PageTable table, ulong iova)
    {
        Ioas space = table.Space;
        ulong generation = space.Generation; // before the look-up: an unmap in between makes the entry stale at once
        if (!space.TryTranslate(iova, out ulong first, out ulong last, out Area area))
            return false;
        First = first;
        Last = last;
        Address = area.Address;
        Access = area.Access;
        _backings = space.Context.Backings.Find(area.Backing, out _backing);
        Generation = generation;
        Table = table;
        Space = space;
        Tracker = table.ActiveTracker;
        return true;
    }
}
