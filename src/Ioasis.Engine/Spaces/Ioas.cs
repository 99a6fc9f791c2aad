using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// An I/O address space: which IOVA leads to which client memory. The interval map of its areas is the truth; page tables
/// (<see cref="HwPageTable"/>) are views of it and hold no translations of their own, so no operation here costs O(pages).
/// </summary>
/// <remarks>
/// Guarded by the context's lock. DMA reads <see cref="TryTranslate"/> and <see cref="Generation"/> without it.
/// Split by verb: Map, Unmap, Copy, Place (shared by map and copy), Ranges, Tables, Accesses, Cut, Legacy (what containers ask).
/// </remarks>
public sealed partial class Ioas : EngineObject
{
    internal const string KindName = "IOAS";

    private readonly IntervalMap<Area> _areas;
    private ReservedRanges _reserved;
    private AddressRange[] _allowed = [];
    private Misalignments? _misalignments;
    private HwPageTable? _firstTable;
    private int _tableCount;
    private ulong _generation; // 64 bits: it never comes round

    internal Ioas(IommuContext context)
        : base(context) =>
        _areas = new IntervalMap<Area>(context.AreaNodes);

    public override string Kind => KindName;

    /// <summary>What IOVA, length and memory address of a mapping must be multiples of, in bytes: 1 to a system page.</summary>
    public ulong Alignment { get; private set; } = 1;

    /// <summary>Whether pages may be combined to larger ones (IOMMU_OPTION_HUGE_PAGES).</summary>
    public bool HugePages { get; private set; } = true;

    /// <summary>Areas mapped now.</summary>
    public int AreaCount => _areas.Count;

    /// <summary>Page tables that are views of this address space now.</summary>
    public int TableCount => _tableCount;

    /// <summary>
    /// Changes each time a translation is taken away: what an IOTLB entry compares itself with. Read without the lock.
    /// </summary>
    internal ulong Generation => Volatile.Read(ref _generation);

    /// <summary>Finds the area of an IOVA. Called by DMA, inside a section, without the lock.</summary>
    internal bool TryTranslate(ulong iova, out ulong start, out ulong last, out Area area) =>
        (_areas.TryFind(iova, out start, out last, out area) || TryFindWhileCut(iova, out start, out last, out area)) && !area.IsLeaving;

    /// <summary>Finds the areas of many IOVAs, as <see cref="TryTranslate"/>; but one that is being cut may be missing.</summary>
    internal void TranslateMany<TSink>(ReadOnlySpan<ulong> iovas, ref TSink sink)
        where TSink : struct, IIntervalSink<Area>, allows ref struct
        => _areas.FindMany(iovas, ref sink);

    private protected override void OnDestroy()
    {
        Debug.Assert(_tableCount == 0 && Users == 0);
        UnmapAll();
        if (_allowed.Length != 0)
            Context.ListsChanged(-_allowed.Length * (long)Unsafe.SizeOf<AddressRange>());
    }

    /// <summary>The lowest area that meets a range; it may be leaving.</summary>
    internal bool TryFindArea(ulong first, ulong last, out AddressRange range, out Area area)
    {
        bool found = _areas.TryFindFirst(first, last, out ulong areaFirst, out ulong areaLast, out area);
        range = new AddressRange(areaFirst, areaLast);
        return found;
    }
}
