using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>
/// What a legacy group and the container calls do on <c>/dev/iommu</c>: they act on one chosen IOAS, the compatibility IOAS
/// (Linux 7.3, drivers/iommu/iommufd/vfio_compat.c). Each gives ENODEV when none is chosen.
/// </summary>
public sealed partial class IommuContext
{
    /// <summary>Keeps the context alive beyond its file, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (Gate)
            _holders++;
    }

    /// <summary>Whether a device of a group is bound here, and with it the group owned.</summary>
    public bool Owns(IommuGroup group)
    {
        lock (Gate)
        {
            lock (System.Gate)
                return group.Owner == this;
        }
    }

    /// <summary>VFIO_GROUP_SET_CONTAINER with an iommufd: makes a compatibility IOAS unless one is chosen.</summary>
    public Errno EnsureLegacySpace(ref Reason why)
    {
        lock (Gate)
        {
            Errno errno = FailurePoint.Allocate("IOAS", ref why); // before Linux looks whether there is one
            if (errno.Failed || _legacySpace is not null)
                return errno;
            Ioas made = new(this);
            Reserve(made);
            PublishLocked(made);
            _legacySpace = made;
            return Errno.Success;
        }
    }

    /// <summary>VFIO_SET_IOMMU; version 1 switches huge pages off, so that any range can be unmapped.</summary>
    /// <returns>ENODEV; EINVAL: page tables hold areas already; EADDRINUSE: an area is not page-aligned.</returns>
    public Errno SetLegacyType(bool exact, ref Reason why)
    {
        lock (Gate)
        {
            if (_legacySpace is not { } space)
                return why.Because(ReasonCode.NoLegacySpace);
            return exact ? Errno.Success : space.SetHugePages(false, ref why);
        }
    }

    /// <summary>VFIO_CHECK_EXTENSION(VFIO_DMA_CC_IOMMU): whether all DMA is cache-coherent.</summary>
    public Errno GetLegacyCoherency(out bool coherent, ref Reason why)
    {
        lock (Gate)
        {
            coherent = _legacySpace is { IsCoherent: true };
            return _legacySpace is null ? why.Because(ReasonCode.NoLegacySpace) : Errno.Success;
        }
    }

    /// <summary>VFIO_IOMMU_MAP_DMA: a map at a fixed IOVA.</summary>
    public Errno MapLegacy(
        ClientMemory memory, HostAddress address, ulong length, Iova iova, AreaAccess access, bool mayLockMemory, ref Reason why)
    {
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (Gate)
            {
                attempt.Enter(Backings);
                errno = MapLegacyLocked(memory, address, length, iova, access, mayLockMemory, ref why);
                attempt.Leave(Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        return errno;
    }

    private Errno MapLegacyLocked(
        ClientMemory memory, HostAddress address, ulong length, Iova iova, AreaAccess access, bool mayLockMemory, ref Reason why)
    {
        if (_legacySpace is not { } space)
            return why.Because(ReasonCode.NoLegacySpace);
        if (access == AreaAccess.None && space.TableCount != 0)
            return why.Because(ReasonCode.NoAccessFlag, 0); // no page table has such an entry; without one nobody looks
        return space.Map(memory, address, length, iova, access, mayLockMemory ? PinCharging.Unlimited : Charging, out _, ref why);
    }

    /// <summary>VFIO_IOMMU_UNMAP_DMA. Nothing in the range is no failure.</summary>
    /// <param name="iova">First byte.</param>
    /// <param name="length">Bytes; null for everything.</param>
    /// <param name="answers">Whether the caller is told what was unmapped, also when the call fails.</param>
    /// <param name="unmapped">Bytes that were unmapped.</param>
    /// <param name="why">The reason of a failure: ENODEV; EINVAL, EOVERFLOW: the range; ENOENT: an area would be cut.</param>
    public Errno UnmapLegacy(Iova iova, ulong? length, out bool answers, out ulong unmapped, ref Reason why)
    {
        unmapped = 0;
        answers = false;
        Errno errno;
        UnmapRun? rest;
        Ioas? space;
        lock (Gate)
        {
            space = _legacySpace;
            if (space is null)
                return why.Because(ReasonCode.NoLegacySpace);
            errno = CheckUnmapLegacy(space, iova, length, ref answers, out AddressRange range, ref why);
            if (errno.Failed)
                return errno;
            errno = space.Unmap(range, out unmapped, out rest, ref why);
            if (rest is { IsUnfinished: true })
                HoldUnfinished(space);
        }

        if (rest is not { IsUnfinished: true })
            return errno;
        Finish(space, rest, patient: false, ref why);
        unmapped = rest.Unmapped;
        return rest.Outcome;
    }

    private static Errno CheckUnmapLegacy(Ioas space, Iova iova, ulong? length, ref bool answers, out AddressRange range, ref Reason why)
    {
        range = new AddressRange(0, ulong.MaxValue);
        if (length is not { } size)
        {
            answers = true;
            return Errno.Success;
        }

        ulong last = iova.Value + (size - 1);
        if (!space.HugePages)
        {
            Errno errno = space.CutAfter(last, ref why);
            if (errno.Succeeded && iova.Value != 0)
                errno = space.CutAfter(iova.Value - 1, ref why);
            if (errno.Failed)
                return errno;
        }

        answers = true;
        if (size == 0)
            return why.Because(ReasonCode.LengthZero);
        if (last < iova.Value)
            return why.Because(ReasonCode.RangeWraps, iova.Value, size);
        range = new AddressRange(iova.Value, last);
        return Errno.Success;
    }

    /// <summary>VFIO_IOMMU_GET_INFO: page sizes, and the IOVAs that can be mapped, lowest first.</summary>
    public Errno DescribeLegacySpace(List<AddressRange> ranges, out ulong pageSizes, ref Reason why)
    {
        pageSizes = 0;
        lock (Gate)
        {
            if (_legacySpace is not { } space)
                return why.Because(ReasonCode.NoLegacySpace);
            pageSizes = Math.Max(space.LegacyPageSizes, space.Alignment);
            space.UsableRanges(ranges);
            return Errno.Success;
        }
    }
}
