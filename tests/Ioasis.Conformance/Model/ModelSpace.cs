using Ioasis.Conformance.Language;

namespace Ioasis.Conformance.Model;

/// <summary>Memory that one map call named; copies share it. It is pinned page by page, once however many areas need a page.</summary>
internal sealed record ModelMemory(ulong Address, bool Writable);

/// <summary>A mapping. Last is inclusive.</summary>
internal sealed record ModelArea(ulong First, ulong Last, ModelMemory Memory, ulong Address)
{
    public ulong Length => Last - First + 1;
}

/// <summary>An address space as plainly as can be said: a list of mappings, gone through from the start each time.</summary>
internal sealed class ModelSpace
{
    private const ulong Page = 4096, SmallestPage = 2048;

    /// <summary>What IOVAs and lengths are multiples of.</summary>
    public ulong Alignment => !HugePages ? Page : Tables > 0 ? SmallestPage : 1;

    public bool HugePages { get; set; } = true;

    private const ulong ApertureFirst = 1ul << 24, ApertureLast = (1ul << 31) - 1;

    public List<ModelArea> Areas { get; private set; } = [];

    public (ulong First, ulong Last)? Allowed { get; set; }

    /// <summary>HWPTs that exist; with one, memory is pinned and the aperture counts.</summary>
    public int Tables { get; set; }

    public bool IsReserved(ulong first, ulong last) => Tables > 0 && (first < ApertureFirst || last > ApertureLast);

    public (ulong First, ulong Last) Usable => Tables > 0 ? (ApertureFirst, ApertureLast) : (0, ulong.MaxValue);

    /// <summary>A first table comes: all must fit, and be there.</summary>
    public int AddTable()
    {
        if (Areas.Any(one => one.First < ApertureFirst || one.Last > ApertureLast))
            return ModelErrno.EADDRINUSE;
        if (Allowed is { } allowed && (allowed.First < ApertureFirst || allowed.Last > ApertureLast))
            return ModelErrno.EADDRINUSE;
        if (Areas.Any(one => (one.First | one.Length | (one.Address % Page)) % Math.Max(Alignment, SmallestPage) != 0))
            return ModelErrno.EADDRINUSE;
        if (Areas.Any(one => !CanPin(one)))
            return ModelErrno.EFAULT;
        Tables++;
        return 0;
    }

    /// <summary>Maps parts of memory one behind the other: all or none.</summary>
    public int Place(IReadOnlyList<ModelArea> parts, ulong length, bool fix, bool write, ref ulong iova)
    {
        if (length == 0 || length % Alignment != 0)
            return ModelErrno.EINVAL;
        if (!fix)
        {
            int failed = FindFree(parts[0].Address, length, out iova);
            if (failed != 0)
                return failed;
        }
        else
        {
            ulong first = iova, last = first + (length - 1);
            if (iova % Alignment != 0)
                return ModelErrno.EINVAL;
            if (last < iova)
                return ModelErrno.EOVERFLOW;
            if (IsReserved(iova, last))
                return ModelErrno.EINVAL;
            if (Areas.Any(one => one.First <= last && first <= one.Last))
                return ModelErrno.EEXIST;
        }

        List<ModelArea> made = [];
        ulong at = iova;
        foreach (ModelArea part in parts)
        {
            if (write && !part.Memory.Writable)
                return ModelErrno.EPERM;
            if (part.Address % Page % Alignment != 0)
                return ModelErrno.EINVAL;
            made.Add(new ModelArea(at, at + (part.Length - 1), part.Memory, part.Address));
            at += part.Length;
        }

        if (Tables > 0 && made.Any(one => !CanPin(one)))
            return ModelErrno.EFAULT;
        Areas = [.. Areas.Concat(made).OrderBy(one => one.First)];
        return 0;
    }

    /// <summary>What lies behind a range; null when it is not mapped throughout.</summary>
    public List<ModelArea>? Collect(ulong first, ulong last)
    {
        List<ModelArea> parts = [];
        for (ulong at = first; ;)
        {
            if (Areas.Find(one => one.First <= at && at <= one.Last) is not { } area)
                return null;
            ulong end = Math.Min(last, area.Last);
            parts.Add(new ModelArea(0, end - at, area.Memory, area.Address + (at - area.First)));
            if (end == last)
                return parts;
            at = end + 1;
        }
    }

    /// <summary>Takes whole mappings out, the lowest first, up to one that would be cut.</summary>
    public int Unmap(ulong first, ulong last, out ulong unmapped)
    {
        unmapped = 0;
        foreach (ModelArea area in Areas.Where(one => one.First <= last && first <= one.Last).ToArray())
        {
            if (area.First < first || area.Last > last)
                return ModelErrno.ENOENT;
            Areas.Remove(area);
            unmapped += area.Length;
        }

        return 0;
    }

    /// <summary>Whether a page of memory may be pinned: only the case's own memory is there.</summary>
    public static bool IsThere(ulong address, bool write)
    {
        const ulong Read = 16 << 10;
        ulong offset = address - AddressPlan.Memories;
        return (offset / AddressPlan.Room, offset % AddressPlan.Room) switch
        {
            (0, < 64 << 10) => true,
            (1, < Read) => !write,
            (2, < 16 << 10) => true,
            _ => false,
        };
    }

    private static bool CanPin(ModelArea area)
    {
        for (ulong at = area.Address; at < area.Address + area.Length; at = (at | (Page - 1)) + 1)
        {
            if (!IsThere(at, area.Memory.Writable))
                return false;
        }

        return true;
    }

    private int FindFree(ulong address, ulong length, out ulong iova)
    {
        const ulong HugePage = 2 << 20;
        iova = 0;
        ulong alignment = System.Numerics.BitOperations.RoundUpToPowerOf2(length);
        if (address != 0)
            alignment = Math.Min(alignment, 1ul << System.Numerics.BitOperations.TrailingZeroCount(address));
        alignment = Math.Min(alignment, HugePage);
        if (alignment < Alignment)
            return ModelErrno.EINVAL;
        (ulong first, ulong last) = Allowed ?? (0, ulong.MaxValue);
        first = Math.Max(Math.Max(first, Page), Usable.First);
        last = Math.Min(Math.Min(last, ulong.MaxValue - Page), Usable.Last);
        ulong at = first;
        foreach (ModelArea? area in Areas.Append(null))
        {
            ulong end = area is null ? last : Math.Min(last, area.First - 1);
            ulong start = (at + (alignment - 1)) & ~(alignment - 1);
            if ((area is null || area.First != 0) && start < end && end - start >= length - 1)
            {
                iova = start;
                return 0;
            }

            if (area is not null)
                at = Math.Max(at, area.Last + 1);
        }

        return ModelErrno.ENOSPC;
    }
}
