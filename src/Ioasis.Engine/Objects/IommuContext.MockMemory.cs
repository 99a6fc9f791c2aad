using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>The test calls that look at memory: where IOVAs lead, how often pages are pinned.</summary>
public sealed partial class IommuContext
{
    /// <summary>Pages that <see cref="CheckMockPins"/> counts in one go.</summary>
    private const int PinChunk = 512;

    /// <summary>Reserves a range of an IOAS for good.</summary>
    /// <returns>EINVAL: no length; EOVERFLOW: it wraps; ENOENT: no such IOAS; EADDRINUSE: an area or an allowed range lies there.</returns>
    public Errno AddReserved(ObjectId space, Iova first, ulong length, ref Reason why)
    {
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        ulong last = first.Value + (length - 1);
        if (last < first.Value)
            return why.Because(ReasonCode.RangeWraps, first.Value, length);
        lock (Gate)
        {
            return TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out Errno errno)
                ? ioas.Reserve(new AddressRange(first.Value, last), ioas, aperture: false, "a test", ref why)
                : errno;
        }
    }

    /// <summary>An offset from the start of the n-th area of an IOAS, from 0; the IOVA 0 where there is none.</summary>
    public Iova PlaceOfArea(ObjectId space, uint area, uint offset)
    {
        Reason unused = default;
        lock (Gate)
            return TryFind(space, Ioas.KindName, out Ioas found, ref unused, out _) && found.TryGetArea(area, out ulong first) ? new Iova(first + offset) : default;
    }

    /// <summary>Finds a paging HWPT of the mock IOMMU.</summary>
    /// <returns>ENOENT: there is none; EINVAL: it is another IOMMU's.</returns>
    internal Errno FindMockTable(ObjectId id, out HwPageTable table, ref Reason why)
    {
        if (!TryFind(id, "paging HWPT", out table, ref why, out Errno errno))
            return errno;
        return table.Iommu is MockIommu ? Errno.Success : why.Because(ReasonCode.NotBehindMock, id.Value, name: table.Iommu.Name);
    }

    /// <summary>Whether a range of IOVAs leads to the very pages that lie at an address of a client.</summary>
    /// <returns>ENOENT: no such HWPT; EINVAL: not aligned to its pages, or it leads elsewhere; EFAULT: nothing lies at the address.</returns>
    public Errno CheckMockMap(ObjectId table, Iova iova, ulong length, ClientMemory memory, HostAddress address, ref Reason why)
    {
        List<MemoryPart> parts = []; // up to where nothing is mapped
        lock (Gate)
        {
            Errno errno = FindMockTable(table, out HwPageTable found, ref why);
            if (errno.Failed)
                return errno;
            ulong page = found.Format.SmallestPage;
            if (((iova.Value | length | address.Value) & (page - 1)) != 0 || address.Value + length < address.Value)
                return why.Because(ReasonCode.MockMapUnaligned, iova.Value, length, address.Value, page);
            for (ulong done = 0; done < length && found.Space.TryTranslate(iova.Value + done, out ulong first, out ulong last, out Area area);)
            {
                ulong from = iova.Value + done, part = Math.Min(last - from + 1, length - done);
                Backings[area.Backing].AddParts(area.Address + (from - first), part, parts);
                done += part;
            }
        }

        List<MemoryRun> behind = [];
        ulong compared = 0;
        foreach (MemoryPart part in parts)
        {
            behind.Clear();
            part.Identify(behind);
            for (ulong done = 0; done < part.Length;)
            {
                HostAddress at = new(address.Value + compared + done);
                if (!memory.TryIdentify(at, part.Length - done, out MemoryRun wanted))
                    return why.Because(ReasonCode.MemoryNotMapped, at.Value, address.Value, address.Value + (length - 1));
                if (!Covers(behind, in wanted, out ulong alike))
                    return why.Because(ReasonCode.MockMapDiffers, iova.Value + compared + done, at.Value);
                done += alike;
            }

            compared += part.Length;
        }

        if (compared == length)
            return Errno.Success;
        HostAddress rest = new(address.Value + compared);
        return memory.TryIdentify(rest, length - compared, out _)
            ? why.Because(ReasonCode.MockMapDiffers, iova.Value + compared, rest.Value)
            : why.Because(ReasonCode.MemoryNotMapped, rest.Value, address.Value, address.Value + (length - 1));
    }

    /// <summary>Whether a run begins with memory that one of the others holds too, and how many bytes of it.</summary>
    private static bool Covers(List<MemoryRun> runs, in MemoryRun wanted, out ulong alike)
    {
        alike = 0;
        foreach (MemoryRun run in runs)
        {
            if (run.IsBeside(in wanted) && wanted.First >= run.First && wanted.First <= run.Last)
                alike = Math.Min(run.Last, wanted.Last) - wanted.First + 1;
        }

        return alike != 0;
    }

    /// <summary>
    /// Whether each page of a client's range is pinned so many times: once by each mapping whose memory it is, in any context, however
    /// many tables and accesses use that mapping.
    /// </summary>
    /// <returns>EINVAL: not whole pages; EFAULT: nothing lies there; EIO: a page is pinned more or less often.</returns>
    public Errno CheckMockPins(ClientMemory memory, HostAddress address, ulong length, uint expected, ref Reason why)
    {
        if (((address.Value | length) & (SystemPage.Size - 1)) != 0 || address.Value + length < address.Value)
            return why.Because(ReasonCode.MockMapUnaligned, 0, length, address.Value, SystemPage.Size);
        List<MemoryPart> parts = [];
        foreach (IommuContext context in System.Contexts)
            context.AddPinnedParts(parts);
        List<MemoryRun> pinned = [];
        MemoryPart.Identify(parts, pinned);
        Span<int> counts = stackalloc int[PinChunk];
        for (ulong done = 0; done < length;)
        {
            ulong at = address.Value + done;
            if (!memory.TryIdentify(new HostAddress(at), Math.Min(length - done, PinChunk * SystemPage.Size), out MemoryRun run))
                return why.Because(ReasonCode.MemoryNotMapped, at, address.Value, address.Value + (length - 1));
            int pages = (int)(run.Length >> SystemPage.Shift);
            Count(pinned, in run, counts[..pages]);
            int wrong = counts[..pages].IndexOfAnyExcept((int)expected);
            if (wrong >= 0)
                return why.Because(ReasonCode.MockPinsDiffer, at + ((ulong)wrong << SystemPage.Shift), (ulong)counts[wrong], expected);
            done += run.Length;
        }

        return Errno.Success;
    }

    private static void Count(List<MemoryRun> pinned, in MemoryRun run, Span<int> counts)
    {
        counts.Clear();
        foreach (MemoryRun one in pinned)
        {
            if (!one.IsBeside(in run) || one.Last < run.First || one.First > run.Last)
                continue;
            int first = (int)((Math.Max(one.First, run.First) - run.First) >> SystemPage.Shift);
            int last = (int)((Math.Min(one.Last, run.Last) - run.First) >> SystemPage.Shift);
            for (int page = first; page <= last; page++)
                counts[page]++;
        }
    }

    /// <summary>Appends all memory that is pinned through this context, once for each mapping.</summary>
    private void AddPinnedParts(List<MemoryPart> pinned)
    {
        lock (Gate)
        {
            HashSet<BackingId> seen = [];
            for (int id = 1; id < _objects.End; id++)
                (_objects[(uint)id] as Ioas)?.AddPinnedParts(seen, pinned);
        }
    }
}
