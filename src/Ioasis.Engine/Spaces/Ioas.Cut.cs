using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// Cutting an area in two, which only legacy type 1 does on <c>/dev/iommu</c>: so that any range can be unmapped. Nothing
/// changes for a DMA: both parts lead where the whole did.
/// </summary>
public sealed partial class Ioas
{
    /// <summary>Odd while an area is out of the map to be cut. Changed under the context's lock, read by DMA.</summary>
    private uint _cuts;

    /// <summary>Makes a border after an address; nothing happens where there is one, or nothing is mapped.</summary>
    /// <param name="iova">The last address of the left part. Linux takes an area's first address for a border too.</param>
    /// <param name="why">The reason of a failure. EINVAL: huge pages are allowed, or a part would not be aligned.</param>
    internal Errno CutAfter(ulong iova, ref Reason why)
    {
        if (!TryFindArea(iova, iova, out AddressRange whole, out Area area) || iova == whole.First || iova == whole.Last)
            return Errno.Success;
        if (area.IsLeaving)
            return why.Because(ReasonCode.UnmapUnderWay, whole.First, whole.Last);
        ulong start = iova + 1;
        ulong address = area.Address + (start - whole.First);
        if (((start | address) & (Alignment - 1)) != 0 || (HugePages && _tableCount != 0))
            return why.Because(ReasonCode.CutUnaligned, start, whole.First, whole.Last, Alignment);

        Errno errno = FailurePoint.Allocate("parts of a mapping", ref why);
        if (errno.Failed)
            return errno;
        Area right = area;
        right.Address = address;
        ulong leftLength = start - whole.First, rightLength = whole.Last - iova;
        Interlocked.Increment(ref _cuts);
        _areas.Remove(whole.First, out _, out _);
        bool added = _areas.TryAdd(whole.First, iova, in area) && _areas.TryAdd(start, whole.Last, in right);
        Interlocked.Increment(ref _cuts);
        if (!added)
            throw new InvalidOperationException($"the parts of 0x{whole.First:x}-0x{whole.Last:x} have no room where it was");

        Context.Backings[area.Backing].AddArea();
        if (_tableCount != 0)
        {
            // From one pin of the whole to one of each part; no page is acquired for it, so it cannot fail.
            Context.Backings.Pin(area.Backing, area.Address, leftLength, ref why);
            Context.Backings.Pin(area.Backing, right.Address, rightLength, ref why);
            Context.Backings.Unpin(area.Backing, area.Address, leftLength + rightLength);
        }

        CountAlignment(whole.First, leftLength + rightLength, area.PageOffset, added: false);
        CountAlignment(whole.First, leftLength, area.PageOffset, added: true);
        CountAlignment(start, rightLength, right.PageOffset, added: true);
        return Errno.Success;
    }

    /// <summary>A DMA has found nothing: looks again, at a time when no area is being cut.</summary>
    private bool TryFindWhileCut(ulong iova, out ulong start, out ulong last, out Area area)
    {
        while (true)
        {
            uint cuts = Volatile.Read(ref _cuts);
            if (_areas.TryFind(iova, out start, out last, out area))
                return true;
            Interlocked.MemoryBarrier();
            if ((cuts & 1) == 0 && Volatile.Read(ref _cuts) == cuts)
                return false;
            Thread.SpinWait(1);
        }
    }
}
