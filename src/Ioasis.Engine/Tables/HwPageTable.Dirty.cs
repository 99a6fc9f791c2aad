using System.Numerics;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tables;

/// <summary>
/// Dirty tracking: as hardware has one dirty bit for each entry of its tables, all of a large page is dirty when a byte of it was
/// written. Which page sizes a table of its format would have where is derived from the areas.
/// </summary>
public sealed partial class HwPageTable
{
    private DirtyTracker? _tracker;
    private bool _isTracking;

    /// <summary>It was made to record which pages devices write to (IOMMU_HWPT_ALLOC_DIRTY_TRACKING).</summary>
    public bool TracksDirty
    {
        get => _tracker is not null;
        internal set => _tracker = value ? new DirtyTracker(BitOperations.TrailingZeroCount(Format.SmallestPage), Format.Aperture.Last) : null;
    }

    internal override DirtyTracker? ActiveTracker => Volatile.Read(ref _isTracking) ? _tracker : null;

    /// <summary>IOMMU_HWPT_SET_DIRTY_TRACKING: to begin means to begin clean.</summary>
    /// <returns>EOPNOTSUPP: it was not made for it.</returns>
    internal Errno SetTracking(bool on, ref DmaWait? wait, ref Reason why)
    {
        if (_tracker is null)
            return why.Because(ReasonCode.HwptTracksNotDirty, Id.Value);
        if (on)
            _tracker.Clear(0, Format.Aperture.Last);
        if (on != _isTracking)
        {
            Volatile.Write(ref _isTracking, on);
            Space.ForgetTranslations(ref wait); // they remember where to mark
        }

        return Errno.Success;
    }

    /// <summary>Marks the page of an address when something is mapped there; a test call, in place of a device.</summary>
    internal void MarkForTest(ulong iova)
    {
        if (Space.TryTranslate(iova, out _, out _, out _))
            _tracker!.Mark(iova, iova);
    }

    /// <summary>Areas have gone: what comes to lie there is clean.</summary>
    internal void ForgetDirty(ulong first, ulong last) => _tracker?.Clear(first, last);

    /// <summary>Appends the mappings of a window of whose pages nobody knows how large they are.</summary>
    internal void AddUnknownPages(DirtyWindow window, List<(BackingId, PageSizeQuestion)> unknown)
    {
        if (!Space.HugePages)
            return;
        for (ulong at = window.First; Space.TryTranslate(at, out _, out ulong last, out Area area); at = last + 1)
        {
            if (Context.Backings[area.Backing].MustAskPageSize(out PageSizeQuestion question))
                unknown.Add((area.Backing, question));
            if (last >= window.Last)
                return;
        }
    }

    /// <summary>Fills a window, from its begin to where nothing is mapped.</summary>
    /// <param name="window">The window.</param>
    /// <param name="clear">Whether what is told is clean from now on.</param>
    /// <param name="more">Another window follows: a page that reaches into it is dirty there too.</param>
    internal void ReadDirty(DirtyWindow window, bool clear, bool more)
    {
        for (ulong at = window.First; ;)
        {
            if (!Space.TryTranslate(at, out ulong first, out ulong last, out Area area))
            {
                window.MeetsHole = true;
                return;
            }

            ulong partLast = Math.Min(last, window.Last);
            ReadArea(window, clear, at, partLast, first, last, area.Address - first, LargestPage(in area));
            if (more && clear && window.ReachesTo != 0)
                _tracker!.Mark(window.Last + 1, window.ReachesTo);
            if (partLast == window.Last)
                return;
            at = partLast + 1;
        }
    }

    /// <summary>Reads a part of an area, in runs of pages of one size: small ones at its ends, large ones where they fit.</summary>
    private void ReadArea(DirtyWindow window, bool clear, ulong at, ulong partLast, ulong first, ulong last, ulong distance, ulong largest)
    {
        while (true)
        {
            ulong page = PageAt(at, first, last, distance, largest, out ulong larger);
            ulong runLast = larger != 0 && (at & ~(larger - 1)) < first
                ? Math.Min(last, at | (larger - 1)) // up to where a larger page may begin
                : ((last + 1) & ~(page - 1)) - 1; // as long as it fits
            window.UseLeaf(page);
            _tracker!.Take(at & ~(page - 1), Math.Min(runLast, partLast | (page - 1)), clear, window);
            if (runLast >= partLast)
                return;
            at = runLast + 1;
        }
    }

    /// <summary>The page that the table has for an address, in bytes.</summary>
    /// <param name="at">The address.</param>
    /// <param name="first">The area's first address.</param>
    /// <param name="last">Its last.</param>
    /// <param name="distance">From IOVAs to memory addresses: both must agree within a page.</param>
    /// <param name="largest">The largest page that the memory allows.</param>
    /// <param name="larger">The next size, which does not fit here only because the area begins or ends; 0: none.</param>
    private ulong PageAt(ulong at, ulong first, ulong last, ulong distance, ulong largest, out ulong larger)
    {
        ulong found = Format.SmallestPage;
        larger = 0;
        for (ulong sizes = Format.PageSizes & ~found; sizes != 0; sizes &= sizes - 1)
        {
            ulong size = sizes & (~sizes + 1);
            if (size > largest || (distance & (size - 1)) != 0)
                break;
            if ((at & ~(size - 1)) < first || (at | (size - 1)) > last)
            {
                larger = size;
                break;
            }

            found = size;
        }

        return found;
    }

    private ulong LargestPage(in Area area) => Space.HugePages ? Context.Backings[area.Backing].PageSize : SystemPage.Size;
}
