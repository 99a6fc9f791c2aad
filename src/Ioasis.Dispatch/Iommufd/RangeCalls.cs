using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers that carry lists of ranges: which IOVAs are usable, and which shall stay usable.</summary>
internal static class RangeCalls
{
    /// <summary>Ranges copied at a time.</summary>
    private const int Chunk = 64;

    /// <summary>The longest allowed list; Linux's limit is its memory.</summary>
    private const int MostAllowed = 1 << 20;

    [ThreadStatic]
    private static List<AddressRange>? t_ranges;

    public static Errno Query(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_iova_ranges cmd = ref call.As<iommu_ioas_iova_ranges>();
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));

        List<AddressRange> ranges = t_ranges ??= new List<AddressRange>(16);
        ranges.Clear();
        Errno errno = call.Context.GetRanges(new ObjectId(cmd.ioas_id), ranges, out ulong alignment, ref why);
        if (errno.Failed)
            return errno;

        uint room = cmd.num_iovas;
        int copied = (int)Math.Min((uint)ranges.Count, room);
        errno = WriteList(ref call, cmd.allowed_iovas, CollectionsMarshal.AsSpan(ranges)[..copied], ref why);
        if (errno.Failed)
            return errno;
        cmd.num_iovas = (uint)ranges.Count;
        cmd.out_iova_alignment = alignment;
        errno = call.Respond(ref why);
        if (errno.Failed)
            return errno;
        return (uint)ranges.Count > room ? why.Because(ReasonCode.TooManyRanges, room, (ulong)ranges.Count) : Errno.Success;
    }

    public static Errno Allow(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_allow_iovas cmd = ref call.As<iommu_ioas_allow_iovas>();
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        Errno errno = call.Context.CheckSpace(new ObjectId(cmd.ioas_id), ref why);
        if (errno.Failed)
            return errno;
        IntervalMap<byte> allowed = new(new NodePool<byte>());
        errno = ReadList(ref call, cmd.allowed_iovas, cmd.num_iovas, allowed, ref why);
        return errno.Failed ? errno : call.Context.Allow(new ObjectId(cmd.ioas_id), Ascending(allowed), ref why);
    }

    private static Errno WriteList(ref IoctlCall call, ulong address, ReadOnlySpan<AddressRange> ranges, ref Reason why)
    {
        Span<iommu_iova_range> chunk = stackalloc iommu_iova_range[Chunk];
        int written = 0;
        while (written < ranges.Length)
        {
            int count = Math.Min(Chunk, ranges.Length - written);
            for (int i = 0; i < count; i++)
                chunk[i] = new iommu_iova_range { start = ranges[written + i].First, last = ranges[written + i].Last };
            Errno errno = call.CopyOut(EntryAddress(address, (uint)written), MemoryMarshal.AsBytes(chunk[..count]), ref why);
            if (errno.Failed)
                return why.Because(ReasonCode.ListUnwritable, address, (ulong)written);
            written += count;
        }

        return Errno.Success;
    }

    /// <summary>
    /// Reads the list in the caller's order, each entry checked as it comes, so that the first that is wrong is the one that is told. The
    /// ranges go into a tree: O(log n) for each, in whatever order they come.
    /// </summary>
    private static Errno ReadList(ref IoctlCall call, ulong address, uint count, IntervalMap<byte> allowed, ref Reason why)
    {
        Span<iommu_iova_range> chunk = stackalloc iommu_iova_range[Chunk];
        for (uint read = 0; read < count;)
        {
            Span<iommu_iova_range> part = chunk[..(int)Math.Min(Chunk, count - read)];
            int bytes = call.Caller.Memory.Read(new HostAddress(EntryAddress(address, read)), MemoryMarshal.AsBytes(part));
            foreach (iommu_iova_range entry in part[..(bytes / iommu_iova_range_size)])
            {
                Errno errno = Insert(allowed, new AddressRange(entry.start, entry.last), read, ref why);
                if (errno.Failed)
                    return errno;
                read++;
            }

            if (bytes < part.Length * iommu_iova_range_size)
                return why.Because(ReasonCode.ListUnreadable, address, read);
        }

        return Errno.Success;
    }

    private static unsafe int iommu_iova_range_size => sizeof(iommu_iova_range);

    private static ulong EntryAddress(ulong list, uint index) => list + (ulong)index * (ulong)iommu_iova_range_size;

    private static Errno Insert(IntervalMap<byte> allowed, AddressRange range, uint index, ref Reason why)
    {
        if (range.First >= range.Last)
            return why.Because(ReasonCode.AllowedRangeEmpty, range.First, range.Last, index);
        if (allowed.TryFindFirst(range.First, range.Last, out _, out _, out _))
            return why.Because(ReasonCode.AllowedRangesOverlap, range.First, range.Last, index);
        if (allowed.Count == MostAllowed)
            return why.Because(ReasonCode.TooManyAllowedRanges, MostAllowed);
        allowed.TryAdd(range.First, range.Last, 0);
        return Errno.Success;
    }

    private static AddressRange[] Ascending(IntervalMap<byte> map)
    {
        AddressRange[] ranges = new AddressRange[map.Count];
        int count = 0;
        foreach (Interval<byte> range in map)
            ranges[count++] = new AddressRange(range.Start, range.Last);
        return ranges;
    }
}
