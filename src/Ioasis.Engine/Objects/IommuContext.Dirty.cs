using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on dirty pages. A bitmap is read in windows, and the lock is let go between them.</summary>
public sealed partial class IommuContext
{
    /// <summary>IOMMU_HWPT_SET_DIRTY_TRACKING.</summary>
    /// <returns>ENOENT: no such paging HWPT; EOPNOTSUPP: it was not made for it.</returns>
    public Errno SetDirtyTracking(ObjectId table, bool on, ref Reason why)
    {
        DmaWait? wait = null;
        Errno errno;
        lock (Gate)
        {
            if (TryFind(table, "paging HWPT", out HwPageTable found, ref why, out errno))
                errno = found.SetTracking(on, ref wait, ref why);
        }

        wait?.Wait();
        return errno;
    }

    /// <summary>Checks what IOMMU_HWPT_GET_DIRTY_BITMAP asks for.</summary>
    /// <param name="table">The HWPT.</param>
    /// <param name="iova">First byte of the range.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="pageSize">Bytes that a bit stands for.</param>
    /// <param name="why">
    /// ENOENT: no such paging HWPT; EINVAL: no length or page size, or no whole pages; EOVERFLOW: it wraps; EOPNOTSUPP: the HWPT was not
    /// made for it.
    /// </param>
    public Errno CheckDirtyRange(ObjectId table, Iova iova, ulong length, ulong pageSize, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(table, "paging HWPT", out HwPageTable found, ref why, out Errno errno))
                return errno;
            if (length == 0)
                return why.Because(ReasonCode.LengthZero);
            ulong last = iova.Value + (length - 1);
            if (last < iova.Value)
                return why.Because(ReasonCode.RangeWraps, iova.Value, length);
            ulong alignment = found.Space.Alignment;
            if (((iova.Value | (last + 1)) & (alignment - 1)) != 0)
                return why.Because(ReasonCode.DirtyRangeUnaligned, iova.Value, last, alignment);
            if (pageSize == 0)
                return why.Because(ReasonCode.DirtyPageSizeZero);
            if (((iova.Value | (last + 1)) & (pageSize - 1)) != 0)
                return why.Because(ReasonCode.DirtyRangeUnaligned, iova.Value, last, pageSize);
            return found.TracksDirty ? Errno.Success : why.Because(ReasonCode.HwptTracksNotDirty, table.Value);
        }
    }

    /// <summary>Reads one window of a range that was checked.</summary>
    /// <param name="table">The HWPT.</param>
    /// <param name="window">The window, opened; gets the bits.</param>
    /// <param name="clear">Whether what is told is clean from now on.</param>
    /// <param name="more">Another window follows.</param>
    /// <param name="why">ENOENT: it was destroyed since.</param>
    public Errno ReadDirty(ObjectId table, DirtyWindow window, bool clear, bool more, ref Reason why)
    {
        List<(BackingId Backing, PageSizeQuestion Question)> unknown = window.UnknownPages;
        while (true)
        {
            unknown.Clear();
            lock (Gate)
            {
                if (_objects[table.Value] is not HwPageTable found) // no failure point, as earlier windows are cleared already
                    return why.Because(ReasonCode.NoSuchObject, table.Value);
                if (!found.TracksDirty)
                    return why.Because(ReasonCode.HwptTracksNotDirty, table.Value);
                found.AddUnknownPages(window, unknown);
                if (unknown.Count == 0)
                {
                    found.ReadDirty(window, clear, more);
                    return Errno.Success;
                }
            }

            foreach ((BackingId backing, PageSizeQuestion question) in unknown)
            {
                ulong size = question.Ask();
                lock (Gate)
                    Backings[backing].LearnPageSize(in question, size);
            }
        }
    }

    /// <summary>Whether a test call may mark pages of a HWPT.</summary>
    /// <returns>ENOENT: no such paging HWPT; EINVAL: another IOMMU's, or it does not track now.</returns>
    public Errno CheckMockTracking(ObjectId table, ref Reason why)
    {
        lock (Gate)
        {
            Errno errno = FindMockTable(table, out HwPageTable found, ref why);
            return errno.Succeeded && found.ActiveTracker is null ? why.Because(ReasonCode.MockNotTracking, table.Value) : errno;
        }
    }

    /// <summary>Marks pages as a device behind the mock IOMMU would, where something is mapped.</summary>
    /// <param name="table">The HWPT.</param>
    /// <param name="first">What the first bit stands for.</param>
    /// <param name="pageSize">Bytes from bit to bit.</param>
    /// <param name="bits">Which; the lowest bit of the first byte comes first.</param>
    /// <returns>How many bits are set.</returns>
    public int MarkMockDirty(ObjectId table, Iova first, ulong pageSize, ReadOnlySpan<byte> bits)
    {
        Reason why = default;
        int marked = 0;
        lock (Gate)
        {
            if (FindMockTable(table, out HwPageTable found, ref why).Failed || !found.TracksDirty)
                return 0;
            for (int bit = 0; bit < bits.Length * 8; bit++)
            {
                if ((bits[bit >> 3] >> (bit & 7) & 1) == 0)
                    continue;
                found.MarkForTest(first.Value + (ulong)bit * pageSize);
                marked++;
            }
        }

        return marked;
    }
}
