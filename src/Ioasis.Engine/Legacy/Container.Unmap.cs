using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Legacy;

/// <summary>
/// VFIO_IOMMU_UNMAP_DMA of type 1. Version 2 refuses to cut a mapping. Version 1 unmaps nothing when the range begins inside a
/// mapping (successfully), and the whole of a mapping that the range reaches into.
/// </summary>
public sealed partial class Container
{
    /// <summary>Unmaps a range.</summary>
    /// <param name="iova">First byte.</param>
    /// <param name="size">Bytes; with <paramref name="all"/> both are 0.</param>
    /// <param name="all">Everything (VFIO_DMA_UNMAP_FLAG_ALL).</param>
    /// <param name="bitmap">Where the dirty pages of what goes are written first; null for nowhere.</param>
    /// <param name="memory">The caller's memory, for the bitmap.</param>
    /// <param name="unmapped">Bytes that were unmapped; may be 0.</param>
    /// <param name="why">
    /// The reason of a failure. EINVAL: no whole pages, version 2 and a mapping would be cut, or a bitmap that does not go with
    /// tracking; EOVERFLOW: the range wraps; EFAULT: the bitmap cannot be reached (mappings before that place are gone).
    /// </param>
    public Errno Unmap(ulong iova, ulong size, bool all, in DirtyBitmap? bitmap, ClientMemory memory, out ulong unmapped, ref Reason why)
    {
        unmapped = 0;
        Ioas? space;
        UnmapRun? rest;
        Errno errno;
        while (true)
        {
            List<AddressRange>? told = bitmap is null ? null : [];
            ulong? end;
            lock (_calls)
            {
                errno = CheckUnmap(iova, size, all, out ulong last, ref why);
                if (errno.Failed)
                    return errno;
                if (bitmap is { } wanted && (!IsTracking || wanted.PageSize != SmallestPage(_space!)))
                    return why.Because(ReasonCode.DirtyBitmapUnfit, wanted.PageSize, IsTracking ? SmallestPage(_space!) : 0);
                errno = CheckCut(iova, last, all, ref why);
                if (errno.Failed)
                    return errno;
                end = last;
                if (told is not null)
                    AddMappings(iova, last, told);
            }

            if (bitmap is { } into)
                errno = WriteBitmap(in into, memory, iova, told!, ref end, ref why);
            lock (_calls)
            {
                space = _space;
                if (end is not { } upTo || space is null)
                    return errno;
                if (told is not null && !IsStill(iova, told))
                    continue; // what goes is what was told
                RemoveMappings(space, iova, upTo, out unmapped, out rest);
            }

            break;
        }

        Reason unused = default; // no mapping is cut
        if (rest is null)
            return errno;
        _context.Finish(space, rest, patient: true, ref unused);
        DropWhenLeft(space);
        unmapped = rest.Unmapped;
        return errno;
    }

    /// <summary>
    /// VFIO_DMA_UNMAP_FLAG_VADDR: mappings stay, and DMA goes on; their client addresses are invalid until they are given anew.
    /// </summary>
    /// <returns>As <see cref="Unmap"/>; EINVAL: an address of the range is invalid already (then nothing has changed).</returns>
    public Errno InvalidateAddresses(ulong iova, ulong size, bool all, out ulong invalidated, ref Reason why)
    {
        invalidated = 0;
        lock (_calls)
        {
            Errno errno = CheckUnmap(iova, size, all, out ulong last, ref why);
            if (errno.Succeeded)
                errno = CheckCut(iova, last, all, ref why);
            if (errno.Failed)
                return errno;
            List<ulong> marked = [];
            ulong next = iova;
            while (TryFindWhole(next, last, out AddressRange found))
            {
                if (_moving.Contains(found.First))
                {
                    invalidated = 0;
                    return why.Because(ReasonCode.AddressInvalidAlready, found.First, found.Last);
                }

                marked.Add(found.First);
                invalidated += found.Last - found.First + 1;
                if (found.Last >= last)
                    break;
                next = found.Last + 1;
            }

            _moving.UnionWith(marked);
            return Errno.Success;
        }
    }

    private Errno CheckUnmap(ulong iova, ulong size, bool all, out ulong last, ref Reason why)
    {
        last = ulong.MaxValue;
        if (_space is not { } space)
            return why.Because(ReasonCode.ContainerWithoutIommu);
        ulong page;
        lock (_context.Gate)
            page = SmallestPage(space);
        if ((iova & (page - 1)) != 0)
            return why.Because(ReasonCode.IovaUnaligned, iova, page);
        if (all)
            return (iova | size) == 0 ? Errno.Success : why.Because(ReasonCode.UnmapAllWithRange, iova, size);
        if (size == 0)
            return why.Because(ReasonCode.LengthZero);
        if ((size & (page - 1)) != 0)
            return why.Because(ReasonCode.LengthUnaligned, size, page);
        last = iova + (size - 1);
        return last < iova ? why.Because(ReasonCode.RangeWraps, iova, size) : Errno.Success;
    }

    private Errno CheckCut(ulong iova, ulong last, bool all, ref Reason why)
    {
        if (!_exact || all)
            return Errno.Success;
        lock (_context.Gate)
        {
            if (_space!.TryFindArea(iova, iova, out AddressRange first, out _) && first.First != iova)
                return why.Because(ReasonCode.UnmapCuts, iova, last, first.First, first.Last);
            if (_space.TryFindArea(last, last, out AddressRange end, out _) && end.Last != last)
                return why.Because(ReasonCode.UnmapCuts, iova, last, end.First, end.Last);
            return Errno.Success;
        }
    }

    /// <summary>The lowest mapping that meets a range; none when the range begins inside it.</summary>
    private bool TryFindWhole(ulong iova, ulong last, out AddressRange found)
    {
        lock (_context.Gate)
            return _space!.TryFindArea(iova, last, out found, out _) && found.First >= iova;
    }

    /// <summary>Appends the mappings that begin in a range, lowest first, if none begins before it.</summary>
    private void AddMappings(ulong iova, ulong last, List<AddressRange> mappings)
    {
        for (ulong next = iova; TryFindWhole(next, last, out AddressRange found); next = found.Last + 1)
        {
            mappings.Add(found);
            if (found.Last >= last)
                return;
        }
    }

    /// <summary>Whether the mappings from an address on are those that were told.</summary>
    private bool IsStill(ulong iova, List<AddressRange> told)
    {
        if (told.Count == 0)
            return true; // nothing was, and nothing but what was told goes
        List<AddressRange> now = [];
        AddMappings(iova, told[^1].Last, now);
        return now.SequenceEqual(told);
    }

    /// <summary>
    /// Tells the dirty pages of mappings, with no lock held; where that fails, the range ends before the mapping (null: nothing is left
    /// of it).
    /// </summary>
    private static Errno WriteBitmap(
        in DirtyBitmap bitmap, ClientMemory memory, ulong iova, List<AddressRange> mappings, ref ulong? last, ref Reason why)
    {
        foreach (AddressRange mapping in mappings)
        {
            Errno errno = bitmap.Write(memory, iova, mapping, ref why);
            if (errno.Failed)
            {
                last = mapping.First == iova ? null : mapping.First - 1;
                return errno;
            }
        }

        return Errno.Success;
    }

    /// <summary>Begins to remove the mappings that begin in a range, if none begins before it.</summary>
    private void RemoveMappings(Ioas space, ulong iova, ulong last, out ulong unmapped, out UnmapRun? rest)
    {
        unmapped = 0;
        rest = null;
        lock (_context.Gate)
        {
            if (!space.TryFindArea(iova, last, out AddressRange first, out _) || first.First < iova)
                return;
            ulong end = space.TryFindArea(last, last, out AddressRange lowest, out _) ? lowest.Last : last;
            if (_moving.Count != 0)
                ForgetMoving(iova, end);
            Reason unused = default; // no mapping is cut
            space.Unmap(new AddressRange(iova, end), out unmapped, out rest, ref unused);
            if (rest is not null) // it is unfinished, or meets another call's
                _context.HoldUnfinished(space);
        }
    }

    /// <summary>Mappings that begin in a range are gone, and with them that their addresses are invalid.</summary>
    private void ForgetMoving(ulong first, ulong last) => _moving.RemoveWhere(start => start >= first && start <= last);
}
