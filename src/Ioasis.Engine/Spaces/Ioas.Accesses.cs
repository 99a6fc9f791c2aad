using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>Accesses: users of the address space that are no devices. They pin parts of areas, and copy.</summary>
public sealed partial class Ioas
{
    private List<Access>? _accesses;

    /// <returns>EADDRINUSE: an area is not aligned to what the access needs.</returns>
    internal Errno AddAccess(Access access, ref Reason why)
    {
        ulong alignment = Math.Max(Alignment, access.Alignment);
        if (_misalignments is not null && _misalignments.AnyBelow(alignment))
            return Misaligned(ReasonCode.AreaUnalignedForAccess, alignment, ref why);
        (_accesses ??= []).Add(access);
        Alignment = alignment;
        Users++;
        return Errno.Success;
    }

    internal void RemoveAccess(Access access)
    {
        _accesses!.Remove(access);
        Alignment = RequiredAlignment();
        Users--;
    }

    /// <summary>Pins the pages of a range for an access. On failure nothing is pinned.</summary>
    /// <returns>ENOENT, EINVAL, EPERM, EFAULT, ENOMEM.</returns>
    internal Errno PinRange(AddressRange range, AreaAccess needed, List<MemoryPart>? parts, ref Reason why)
    {
        for (ulong next = range.First; ;)
        {
            Errno errno = PinPart(range, next, needed, out ulong partLast, parts, ref why);
            if (errno.Failed)
            {
                if (next != range.First)
                    UnpinRange(range with { Last = next - 1 });
                return errno;
            }

            if (partLast == range.Last)
                break;
            next = partLast + 1;
        }

        Errno answered = Context.Backings.CheckAnswered(ref why);
        if (answered.Failed)
            UnpinRange(range);
        return answered;
    }

    /// <summary>Undoes <see cref="PinRange"/>.</summary>
    internal void UnpinRange(AddressRange range)
    {
        for (ulong next = range.First; TryTranslate(next, out ulong first, out ulong last, out Area area);)
        {
            ulong partLast = Math.Min(last, range.Last);
            Context.Backings.Unpin(area.Backing, area.Address + (next - first), partLast - next + 1);
            if (partLast == range.Last)
                return;
            next = partLast + 1;
        }
    }

    /// <summary>Notes the copies of all accesses that are under way: how long they last is in the hands of the memory's owner.</summary>
    private void PassCopies(ref DmaWait? wait)
    {
        foreach (Access access in _accesses!)
        {
            if (access.TakeCopies() is { } copies)
                (wait ??= new DmaWait()).Add(copies);
        }
    }

    /// <summary>Appends the memory that areas have pinned, but for that of mappings seen before.</summary>
    internal void AddPinnedParts(HashSet<BackingId> seen, List<MemoryPart> pinned)
    {
        foreach (Interval<Area> entry in _areas)
        {
            if (!entry.Value.IsLeaving && seen.Add(entry.Value.Backing))
                Context.Backings[entry.Value.Backing].AddPinnedParts(pinned);
        }
    }

    /// <summary>The first IOVA of the n-th area, from 0.</summary>
    internal bool TryGetArea(uint index, out ulong first)
    {
        first = 0;
        foreach (Interval<Area> entry in _areas)
        {
            first = entry.Start;
            if (index-- == 0)
                return true;
        }

        return false;
    }

    private Errno PinPart(AddressRange range, ulong iova, AreaAccess needed, out ulong partLast, List<MemoryPart>? parts, ref Reason why)
    {
        const ulong WithinPage = SystemPage.Size - 1;
        partLast = 0;
        if (!TryTranslate(iova, out ulong first, out ulong last, out Area area))
            return why.Because(ReasonCode.AccessNotMapped, range.First, range.Last, iova);
        if (Context.Backings[area.Backing].IsDeviceMemory)
            return why.Because(ReasonCode.AccessToDeviceMemory, iova);
        ulong address = area.Address + (iova - first);
        if ((address & WithinPage) != 0)
            return why.Because(ReasonCode.AccessUnaligned, iova, address);
        if (last < range.Last && ((area.Address + (last - first)) & WithinPage) != WithinPage)
            return why.Because(ReasonCode.AccessUnaligned, last, area.Address + (last - first));
        if ((area.Access & needed) == 0)
            return why.Because(ReasonCode.AccessNotPermitted, iova);
        partLast = Math.Min(last, range.Last);
        Errno errno = FailurePoint.Allocate("pin of an access", ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Step("pages of an access", ref why);
        if (errno.Succeeded)
            errno = Context.Backings.Pin(area.Backing, address, partLast - iova + 1, ref why);
        if (errno.Succeeded && parts is not null)
            Context.Backings[area.Backing].AddParts(address, partLast - iova + 1, parts);
        return errno;
    }

    /// <summary>An area is to go: accesses that have pinned parts of it give them up.</summary>
    /// <returns>EBUSY, EDEADLK.</returns>
    private Errno AskAccesses(AddressRange area, ref Reason why)
    {
        if (_accesses is null)
            return Errno.Success;
        for (int i = _accesses.Count - 1; i >= 0; i--)
        {
            if (i >= _accesses.Count)
                continue; // one that was told to unpin has left altogether
            Errno errno = _accesses[i].GiveUp(area, ref why);
            if (errno.Failed)
                return errno;
        }

        return Errno.Success;
    }
}
