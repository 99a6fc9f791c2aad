using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Objects;
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
    internal static Errno CheckUnmap(Iova iova, ulong length, out AddressRange range, ref Reason why)
    {
        range = new AddressRange(0, ulong.MaxValue);
        if (iova.Value == 0 && length == ulong.MaxValue)
            return Errno.Success;
        if (iova.Value == ulong.MaxValue || length == ulong.MaxValue)
            return why.Because(ReasonCode.AddressTooLarge, iova.Value, length);
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        ulong last = iova.Value + (length - 1);
        if (last < iova.Value)
            return why.Because(ReasonCode.RangeWraps, iova.Value, length);
        range = new AddressRange(iova.Value, last);
        return Errno.Success;
    }

    /// <summary>Nobody uses it any more: no page table, no access.</summary>
    private void UnmapAll()
    {
        while (!UnmapSome())
        {
        }
    }

    /// <summary>As much of that as can be done while others wait for the lock.</summary>
    /// <returns>False when areas are left.</returns>
    internal bool UnmapSome()
    {
        Reason why = default;
        Unmap(new AddressRange(0, ulong.MaxValue), out _, out UnmapRun? rest, ref why);
        return rest is not { IsUnfinished: true };
    }

    /// <summary>
    /// Removes the areas of a range, lowest first, up to one that the range would cut (ENOENT) or that another call is unmapping (EBUSY);
    /// those before it are gone.
    /// </summary>
    /// <param name="range">The range.</param>
    /// <param name="unmapped">Bytes that were unmapped.</param>
    /// <param name="rest">
    /// What goes on after <see cref="UnmapRun.Pause"/> by the other method, when it is unfinished; also when it meets another call's. Most
    /// often null.
    /// </param>
    /// <param name="why">The reason of a failure.</param>
    [SkipLocalsInit]
    internal Errno Unmap(AddressRange range, out ulong unmapped, out UnmapRun? rest, ref Reason why)
    {
        List<RemovedArea> removed = Context.RemovedAreas;
        Errno errno = Errno.Success;
        LockTime time = default;
        unmapped = 0;
        rest = null;
        while (_areas.TryLocate(range.First, range.Last, out Place<Area> place))
        {
            _areas.Read(in place, out ulong first, out ulong last, out Area area);
            if (first < range.First || last > range.Last)
            {
                errno = why.Because(ReasonCode.UnmapTruncates, range.First, range.Last, first, last);
                break;
            }

            if (area.IsLeaving)
            {
                errno = why.Because(ReasonCode.UnmapUnderWay, first, last);
                rest = new UnmapRun(range);
                break;
            }

            if (_accesses is not null)
            {
                errno = AskAccesses(new AddressRange(first, last), ref why);
                if (errno.Failed)
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
            Departure? batch = LetGo(removed);
            if (batch is null && !time.IsUp)
                continue;
            rest = new UnmapRun(range) { Unmapped = unmapped, Leaving = batch };
            return errno;
        }

        Departure? leaving = LetGo(removed);
        if (leaving is not null)
            rest ??= new UnmapRun(range);
        if (rest is not null)
            (rest.Unmapped, rest.Leaving, rest.Outcome, rest.HasRemovedAll) = (unmapped, leaving, errno, true);
        return errno;
    }

    /// <summary>The next part of an unmap that was not finished, or that has met another call's.</summary>
    internal void Unmap(UnmapRun run, ref Reason why)
    {
        if (run.Leaving is { } departure)
        {
            Complete(departure);
            run.Leaving = null;
            if (run.HasRemovedAll)
                return;
        }

        run.Outcome = Unmap(run.Rest, out ulong unmapped, out UnmapRun? rest, ref why);
        run.Unmapped += unmapped;
        run.HasRemovedAll = rest is null || rest.HasRemovedAll;
        if (rest is not null)
            (run.Rest, run.Leaving) = (rest.Rest, rest.Leaving);
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
        if (wait is not null)
            return KeepPlaces(removed, wait);
        if (_firstTable is not null)
            ForgetDirty(CollectionsMarshal.AsSpan(removed));
        Release(CollectionsMarshal.AsSpan(removed), _tableCount != 0);
        removed.Clear();
        return null;
    }

    private Departure KeepPlaces(List<RemovedArea> removed, DmaWait wait)
    {
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
