using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Spaces;

/// <summary>Segments of client memory become areas that follow each other: the common half of map and copy.</summary>
public sealed partial class Ioas
{
    /// <summary>Finds the place, checks everything, pins when a page table will see it, and inserts. All or nothing.</summary>
    /// <param name="segments">The memory, in ascending order of IOVA; at least one.</param>
    /// <param name="length">Bytes of all segments.</param>
    /// <param name="iova">Where to map; null for the lowest place that fits.</param>
    /// <param name="access">What devices may do.</param>
    /// <param name="placed">Where it was mapped.</param>
    /// <param name="why">The reason of a failure: EINVAL, EOVERFLOW, EEXIST, ENOSPC, EPERM, EFAULT, ENOMEM.</param>
    [SkipLocalsInit]
    internal Errno Place(
        ReadOnlySpan<Segment> segments, ulong length, Iova? iova, AreaAccess access, out Iova placed, ref Reason why)
    {
        placed = iova ?? default;
        if ((length & (Alignment - 1)) != 0)
            return why.Because(ReasonCode.LengthUnaligned, length, Alignment);

        Errno errno = iova is { } wanted ? CheckPlace(wanted.Value, length, ref why) : FindFree(segments[0].Address, length, out placed, ref why);
        if (errno.Failed)
            return errno;
        ulong last = placed.Value + (length - 1);
        if (_areas.TryLocate(placed.Value, last, out Place<Area> place))
        {
            _areas.Read(in place, out ulong takenFirst, out ulong takenLast, out _);
            return why.Because(ReasonCode.IovaOccupied, placed.Value, last, takenFirst, takenLast);
        }

        foreach (Segment segment in segments)
        {
            if ((access & AreaAccess.Write) != 0 && !Context.Backings[segment.Backing].Writable)
                return why.Because(ReasonCode.CopySourceReadOnly, segment.Address);
            if ((segment.Address & (Alignment - 1)) != 0)
                return why.Because(ReasonCode.AddressUnaligned, segment.Address, Alignment);
            errno = FailurePoint.Allocate("mapping", ref why);
            if (errno.Failed)
                return errno;
        }

        if (_tableCount != 0)
        {
            errno = Pin(segments, ref why);
            if (errno.Failed)
                return errno;
        }

        Insert(ref place, segments, placed.Value, access);
        return Errno.Success;
    }

    private Errno Pin(ReadOnlySpan<Segment> segments, ref Reason why)
    {
        for (int i = 0; i < segments.Length; i++)
        {
            Errno errno = Context.Backings.Pin(segments[i].Backing, segments[i].Address, segments[i].Length, ref why);
            if (errno.Succeeded)
            {
                errno = ShowTo(_firstTable, ref why);
                if (errno.Succeeded)
                    continue;
                i++; // pinned already
            }

            UnpinFirst(segments[..i]);
            return errno;
        }

        Errno answered = Context.Backings.CheckAnswered(ref why);
        if (answered.Failed)
            UnpinFirst(segments);
        return answered;
    }

    private void UnpinFirst(ReadOnlySpan<Segment> segments)
    {
        for (int i = segments.Length - 1; i >= 0; i--)
            Context.Backings.Unpin(segments[i].Backing, segments[i].Address, segments[i].Length);
    }

    /// <summary>Linux fills each page table with an area. Ours are views, but the call fails where that could.</summary>
    private static Errno ShowTo(HwPageTable? table, ref Reason why)
    {
        for (; table is not null; table = table.Next)
        {
            Errno errno = FailurePoint.Allocate("page table entries", ref why);
            if (errno.Failed)
                return errno;
        }

        return Errno.Success;
    }

    /// <param name="place">Where the first segment belongs.</param>
    /// <param name="segments">The memory.</param>
    /// <param name="iova">Where it begins.</param>
    /// <param name="access">What devices may do.</param>
    private void Insert(ref Place<Area> place, ReadOnlySpan<Segment> segments, ulong iova, AreaAccess access)
    {
        for (int i = 0; i < segments.Length; i++)
        {
            Segment segment = segments[i];
            Area area = new() { Address = segment.Address, Backing = segment.Backing, Access = access };
            ulong last = iova + (segment.Length - 1);
            if (i == 0)
                _areas.Add(ref place, iova, last, in area);
            else if (!_areas.TryAdd(iova, last, in area))
                throw new InvalidOperationException($"IOVA 0x{iova:x} was checked to be free and is not");
            Context.Backings[segment.Backing].AddArea();
            CountAlignment(iova, segment.Length, area.PageOffset, added: true);
            iova += segment.Length;
        }
    }

    private void CountAlignment(ulong iova, ulong length, ulong pageOffset, bool added)
    {
        int shift = Misalignments.ShiftOf(iova, length, pageOffset);
        if (shift == SystemPage.Shift)
            return;
        _misalignments ??= new Misalignments();
        if (added)
            _misalignments.Add(shift);
        else
            _misalignments.Remove(shift);
    }

    /// <summary>Checks a place that the client chose, but for what is mapped there.</summary>
    private Errno CheckPlace(ulong iova, ulong length, ref Reason why)
    {
        if ((iova & (Alignment - 1)) != 0)
            return why.Because(ReasonCode.IovaUnaligned, iova, Alignment);
        ulong last = iova + (length - 1);
        if (last < iova)
            return why.Because(ReasonCode.RangeWraps, iova, length);
        if (_reserved.TryFind(new AddressRange(iova, last), out AddressRange reserved, out object owner))
        {
            return owner is Iommu iommu
                ? why.Because(ReasonCode.IovaOutsideAperture, iova, last, reserved.First, reserved.Last, iommu.Name)
                : why.Because(ReasonCode.IovaReserved, iova, last, reserved.First, reserved.Last);
        }

        return Errno.Success;
    }
}
