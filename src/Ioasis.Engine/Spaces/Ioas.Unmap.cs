using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// IOMMU_IOAS_UNMAP: whole areas go, none is cut. An area leaves the map first, then the IOTLBs (by the generation), then
/// the call waits for the DMA that may still use it; only then its memory is let go.
/// </summary>
public sealed partial class Ioas
{
    private const int BatchSize = 1024;

    internal Errno Unmap(Iova iova, ulong length, out ulong unmapped, ref Reason why)
    {
        unmapped = 0;
        if (iova.Value == 0 && length == ulong.MaxValue)
            return Unmap(new AddressRange(0, ulong.MaxValue), out unmapped, ref why);
        if (iova.Value == ulong.MaxValue || length == ulong.MaxValue)
            return why.Because(ReasonCode.AddressTooLarge, iova.Value, length);
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        ulong last = iova.Value + (length - 1);
        if (last < iova.Value)
            return why.Because(ReasonCode.RangeWraps, iova.Value, length);

        Errno errno = Unmap(new AddressRange(iova.Value, last), out unmapped, ref why);
        if (errno.Succeeded && unmapped == 0)
            return why.Because(ReasonCode.UnmapNothing, iova.Value, last);
        return errno;
    }

    private void UnmapAll()
    {
        Reason why = default;
        Unmap(new AddressRange(0, ulong.MaxValue), out _, ref why);
    }

    /// <summary>Removes the areas of a range, lowest first, up to one that the range would cut (ENOENT; those before it are gone).</summary>
    [SkipLocalsInit]
    internal Errno Unmap(AddressRange range, out ulong unmapped, ref Reason why)
    {
        List<RemovedArea> removed = Context.RemovedAreas;
        Errno errno = Errno.Success;
        unmapped = 0;
        while (_areas.TryLocate(range.First, range.Last, out Place<Area> place))
        {
            _areas.Read(in place, out ulong first, out ulong last, out Area area);
            if (first < range.First || last > range.Last)
            {
                errno = why.Because(ReasonCode.UnmapTruncates, range.First, range.Last, first, last);
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
            if (removed.Count == BatchSize)
                LetGo(removed);
            if (last == range.Last)
                break;
            range = range with { First = last + 1 };
        }

        LetGo(removed);
        return errno;
    }

    /// <summary>No DMA can find these areas any more; waits for those that had found one, and releases the memory.</summary>
    private void LetGo(List<RemovedArea> removed)
    {
        if (removed.Count == 0)
            return;
        if (_tableCount != 0)
        {
            Invalidate();
            Context.Barrier.Wait();
        }

        AwaitTransfers();
        foreach (ref readonly RemovedArea gone in CollectionsMarshal.AsSpan(removed))
        {
            for (HwPageTable? table = _firstTable; table is not null; table = table.Next)
                table.ForgetDirty(gone.First, gone.First + (gone.Length - 1));
            if (_tableCount != 0)
                Context.Backings.Unpin(gone.Area.Backing, gone.Area.Address, gone.Length);
            Context.Backings.Release(gone.Area.Backing);
        }

        removed.Clear();
    }

    /// <summary>Makes DMA look up every translation anew; none that has the old one is under way when this returns.</summary>
    internal void ForgetTranslations()
    {
        Invalidate();
        Context.Barrier.Wait();
    }

    /// <summary>Makes every IOTLB entry of this address space stale.</summary>
    private void Invalidate()
    {
        if (Context.Barrier.Omission != Omission.Generation)
            Volatile.Write(ref _generation, _generation + 1);
    }
}
