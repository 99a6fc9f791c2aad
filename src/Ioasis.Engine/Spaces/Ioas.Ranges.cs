using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>Which IOVAs can be mapped at all: reserved and allowed ranges.</summary>
public sealed partial class Ioas
{
    /// <summary>Appends the ranges that nobody reserved, lowest first (IOMMU_IOAS_IOVA_RANGES).</summary>
    internal void UsableRanges(List<AddressRange> ranges)
    {
        AddressRange rest = new(0, ulong.MaxValue);
        while (true)
        {
            AddressRange free = rest;
            if (!_reserved.TryFindFree(rest, out free))
                return;
            ranges.Add(free);
            if (free.Last == ulong.MaxValue)
                return;
            rest = new AddressRange(free.Last + 1, ulong.MaxValue);
        }
    }

    /// <summary>Replaces the list in which automatic IOVAs are chosen (IOMMU_IOAS_ALLOW_IOVAS).</summary>
    internal Errno Allow(AddressRange[] allowed, ref Reason why)
    {
        foreach (AddressRange range in allowed)
        {
            if (_reserved.TryFind(range, out AddressRange reserved))
                return why.Because(ReasonCode.AllowedRangeReserved, range.First, range.Last, reserved.First, reserved.Last);
            Errno errno = FailurePoint.Allocate("allowed range", ref why);
            if (errno.Failed)
                return errno;
        }

        AddressRange[] joined = Joined(allowed);
        Context.ListsChanged((joined.Length - _allowed.Length) * (long)Unsafe.SizeOf<AddressRange>());
        _allowed = joined;
        return Errno.Success;
    }

    /// <summary>
    /// Reserves a range on behalf of a page table or a device; <paramref name="aperture"/> tells which, for the reason.
    /// </summary>
    /// <returns>EADDRINUSE: an area, or a range of the allowed list, lies there.</returns>
    internal Errno Reserve(AddressRange range, object owner, bool aperture, string name, ref Reason why)
    {
        if (TryFindArea(range.First, range.Last, out AddressRange area, out _))
        {
            return why.Because(
                aperture ? ReasonCode.AreaOutsideAperture : ReasonCode.AreaInReservedRegion,
                area.First, area.Last, range.First, range.Last, name);
        }

        if (TryFindAllowed(range, out AddressRange allowed))
        {
            return why.Because(
                aperture ? ReasonCode.AllowedRangeOutsideAperture : ReasonCode.AllowedRangeInReservedRegion,
                allowed.First, allowed.Last, range.First, range.Last, name);
        }

        Errno errno = FailurePoint.Allocate("reserved range", ref why);
        if (errno.Failed)
            return errno;
        _reserved.Add(range, owner);
        return Errno.Success;
    }

    /// <summary>The lowest range of the allowed list that meets a range.</summary>
    private bool TryFindAllowed(AddressRange range, out AddressRange allowed)
    {
        int from = 0, to = _allowed.Length; // the first that does not end before the range
        while (from < to)
        {
            int middle = (from + to) / 2;
            if (_allowed[middle].Last < range.First)
                from = middle + 1;
            else
                to = middle;
        }

        bool meets = from < _allowed.Length && _allowed[from].First <= range.Last;
        allowed = meets ? _allowed[from] : default;
        return meets;
    }

    /// <summary>Drops everything that an owner reserved.</summary>
    internal void Unreserve(object owner) => _reserved.Remove(owner);

    /// <summary>The list with ranges that touch made one, so that a mapping may cross their border.</summary>
    private static AddressRange[] Joined(AddressRange[] ascending)
    {
        List<AddressRange> joined = new(ascending.Length);
        foreach (AddressRange range in ascending)
        {
            if (joined.Count != 0 && joined[^1].Last + 1 == range.First)
                joined[^1] = joined[^1] with { Last = range.Last };
            else
                joined.Add(range);
        }

        return [.. joined];
    }
}
