using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// IOMMU_IOAS_UNMAP: whole areas go, none is cut. An area leaves the map first, then the IOTLBs (by the generation), then the call waits
/// for the DMA that may still use it; only then its memory is let go. DMA that may wait for the client's memory is waited for without
/// the lock: until then an area that leads nowhere keeps the IOVAs, as one without pages does on Linux.
/// </summary>
public sealed partial class Ioas
{
    /// <summary>Areas that are let go together.</summary>
    internal const int BatchSize = 1024;

    /// <summary>Checks the range of an unmap.</summary>
    /// <returns>EINVAL, EOVERFLOW.</returns>
    internal static Errno CheckUnmap(Iova iova, ulong length, out UnmapRun run, ref Reason why)
    {
        run = new UnmapRun(new AddressRange(0, ulong.MaxValue));
        if (iova.Value == 0 && length == ulong.MaxValue)
            return Errno.Success;
        if (iova.Value == ulong.MaxValue || length == ulong.MaxValue)
            return why.Because(ReasonCode.AddressTooLarge, iova.Value, length);
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        ulong last = iova.Value + (length - 1);
        if (last < iova.Value)
            return why.Because(ReasonCode.RangeWraps, iova.Value, length);
        run.Rest = new AddressRange(iova.Value, last);
        return Errno.Success;
    }

    /// <summary>Nobody uses it any more: no page table, no access.</summary>
    private void UnmapAll()
    {
        Reason why = default;
        UnmapRun run = new(new AddressRange(0, ulong.MaxValue));
        while (run.IsUnfinished)
            Unmap(ref run, ref why);
    }

    /// <summary>As much of that as can be done while others wait for the lock.</summary>
    /// <returns>False when areas are left.</returns>
    internal bool UnmapSome()
    {
        Reason why = default;
        UnmapRun run = new(new AddressRange(0, ulong.MaxValue));
        Unmap(ref run, ref why);
        return !run.IsUnfinished;
    }

    /// <summary>
    /// Removes the areas of a range, lowest first, up to one that the range would cut (ENOENT) or that another call is unmapping (EBUSY);
    /// those before it are gone. When it is not finished, it is called again after <see cref="UnmapRun.Pause"/>.
    /// </summary>
    [SkipLocalsInit]
    internal void Unmap(ref UnmapRun run, ref Reason why)
    {
        if (run.Leaving is { } departure)
        {
            Complete(departure);
            run.Leaving = null;
            if (run.HasRemovedAll)
                return;
        }

        List<RemovedArea> removed = Context.RemovedAreas;
        AddressRange range = run.Rest;
        ulong unmapped = 0;
        run.Begin();
        while (_areas.TryLocate(range.First, range.Last, out Place<Area> place))
        {
            _areas.Read(in place, out ulong first, out ulong last, out Area area);
            if (first < range.First || last > range.Last)
            {
                run.Outcome = why.Because(ReasonCode.UnmapTruncates, range.First, range.Last, first, last);
                break;
            }

            if (area.IsLeaving)
            {
                run.Outcome = why.Because(ReasonCode.UnmapUnderWay, first, last);
                break;
            }

            if (_accesses is not null)
            {
                run.Outcome = AskAccesses(new AddressRange(first, last), ref why);
                if (run.Outcome.Failed)
                    break;
                _areas.TryLocate(first, last, out place); // who was asked may have done anything but remove it
            }

            ulong length = last - first + 1;
            _areas.RemoveAt(ref place);
            CountAlignment(first, length, area.PageOffset, added: false);
            removed.Add(new RemovedArea(area, first, length));
            unmapped += length;
            if (last == range.Last)
                break;
            range = range with { First = last + 1 };
            if (removed.Count != BatchSize)
                continue;
            run.Leaving = LetGo(removed);
            if (run.Leaving is null && !run.IsLong)
                continue;
            run.Rest = range;
            run.Unmapped += unmapped;
            return;
        }

        run.Leaving = LetGo(removed);
        run.Rest = range;
        run.Unmapped += unmapped;
        run.HasRemovedAll = true;
    }

    /// <summary>No DMA can find these areas any more; waits for those that had found one, and releases the memory.</summary>
    /// <returns>What is to be done when DMA that may last for long has ended; null when all is done.</returns>
    private Departure? LetGo(List<RemovedArea> removed)
    {
        if (removed.Count == 0)
            return null;
        DmaWait? wait = null;
        if (_tableCount != 0)
        {
            Invalidate();
            Context.Barrier.Pass(ref wait);
        }

        if (_accesses is not null)
            PassCopies(ref wait);
        if (wait is null)
        {
            ForgetDirty(CollectionsMarshal.AsSpan(removed));
            Release(CollectionsMarshal.AsSpan(removed), _tableCount != 0);
            removed.Clear();
            return null;
        }

        foreach (ref readonly RemovedArea gone in CollectionsMarshal.AsSpan(removed))
            _areas.TryAdd(gone.First, gone.First + (gone.Length - 1), default);
        Departure departure = new(wait, [.. removed], _tableCount != 0, KeepPlaces: true);
        removed.Clear();
        return departure;
    }

    /// <summary>The DMA that a departure waited for is over.</summary>
    internal void Complete(Departure departure)
    {
        Context.Backings.LeaveBehind(departure.Wait);
        if (departure.KeepPlaces)
        {
            foreach (RemovedArea gone in departure.Areas)
                _areas.Remove(gone.First, out _, out _);
            ForgetDirty(departure.Areas);
        }

        Release(departure.Areas, departure.ArePinned);
    }

    private void ForgetDirty(ReadOnlySpan<RemovedArea> removed)
    {
        for (HwPageTable? table = _firstTable; table is not null; table = table.Next)
        {
            if (!table.TracksDirty)
                continue;
            foreach (ref readonly RemovedArea gone in removed)
                table.ForgetDirty(gone.First, gone.First + (gone.Length - 1));
        }
    }

    private void Release(ReadOnlySpan<RemovedArea> removed, bool arePinned)
    {
        foreach (ref readonly RemovedArea gone in removed)
        {
            if (arePinned)
                Context.Backings.Unpin(gone.Area.Backing, gone.Area.Address, gone.Length);
            Context.Backings.Release(gone.Area.Backing);
        }
    }

    /// <summary>Makes DMA look up every translation anew; none that has the old one is under way when the wait is over.</summary>
    internal void ForgetTranslations(ref DmaWait? wait)
    {
        Invalidate();
        Context.Barrier.Pass(ref wait);
    }

    /// <summary>Makes every IOTLB entry of this address space stale.</summary>
    private void Invalidate()
    {
        if (Context.Barrier.Omission != Omission.Generation)
            Volatile.Write(ref _generation, _generation + 1);
    }
}
