using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on address spaces: allocate, map, copy, unmap, ranges.</summary>
public sealed partial class IommuContext
{
    private readonly List<Segment> _segments = []; // of a copy under way
    private Ioas? _legacySpace;

    /// <summary>IOMMU_IOAS_ALLOC. The caller publishes or aborts what it gets.</summary>
    public Ioas AllocateSpace()
    {
        lock (Gate)
        {
            Ioas ioas = new(this);
            Reserve(ioas);
            return ioas;
        }
    }

    /// <summary>IOMMU_IOAS_MAP, after the checks that need no address space.</summary>
    /// <param name="space">The IOAS.</param>
    /// <param name="memory">Whose memory is mapped.</param>
    /// <param name="address">First byte of it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="iova">Where to map; null for the lowest place that fits.</param>
    /// <param name="access">What devices may do.</param>
    /// <param name="mayLockMemory">The caller has CAP_IPC_LOCK: no page is charged.</param>
    /// <param name="placed">Where it was mapped.</param>
    /// <param name="why">The reason of a failure: ENOENT, EINVAL, EOVERFLOW, EEXIST, ENOSPC, EFAULT, ENOMEM.</param>
    public Errno Map(
        ObjectId space, ClientMemory memory, HostAddress address, ulong length, Iova? iova, AreaAccess access, bool mayLockMemory,
        out Iova placed, ref Reason why)
    {
        placed = default;
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (Gate)
            {
                attempt.Enter(Backings);
                if (TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out errno))
                    errno = ioas.Map(memory, address, length, iova, access, mayLockMemory ? PinCharging.Unlimited : Charging, out placed, ref why);
                attempt.Leave(Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        return errno;
    }

    /// <summary>IOMMU_IOAS_COPY, after the checks that need no address space.</summary>
    /// <returns>ENOENT: an IOAS or a part of the source does not exist; EPERM: writeable copy of a read-only source; else as Map.</returns>
    public Errno Copy(
        ObjectId source, Iova from, ulong length, ObjectId destination, Iova? iova, AreaAccess access, out Iova placed, ref Reason why)
    {
        placed = default;
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (Gate)
            {
                attempt.Enter(Backings);
                errno = CopyLocked(source, from, length, destination, iova, access, out placed, ref why);
                attempt.Leave(Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        return errno;
    }

    private Errno CopyLocked(
        ObjectId source, Iova from, ulong length, ObjectId destination, Iova? iova, AreaAccess access, out Iova placed, ref Reason why)
    {
        placed = default;
        if (!TryFind(source, Ioas.KindName, out Ioas sourceSpace, ref why, out Errno errno))
            return errno;
        _segments.Clear();
        errno = sourceSpace.Collect(from, length, _segments, ref why);
        if (errno.Failed)
            return errno;
        if (!TryFind(destination, Ioas.KindName, out Ioas target, ref why, out errno))
            return errno;
        return target.Place(CollectionsMarshal.AsSpan(_segments), length, iova, access, out placed, ref why);
    }

    /// <summary>IOMMU_IOAS_UNMAP.</summary>
    /// <param name="space">The IOAS.</param>
    /// <param name="iova">First byte.</param>
    /// <param name="length">Bytes; exactly (0, 2^64-1) means everything.</param>
    /// <param name="unmapped">Bytes that were unmapped, also when the call fails half way.</param>
    /// <param name="why">The reason of a failure: ENOENT, EINVAL, EOVERFLOW, EBUSY.</param>
    /// <remarks>Waits for DMA that still uses the memory, also when that waits for its owner: until the device is detached or closed.</remarks>
    public Errno Unmap(ObjectId space, Iova iova, ulong length, out ulong unmapped, ref Reason why)
    {
        unmapped = 0;
        Errno errno;
        UnmapRun? rest;
        Ioas ioas;
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out ioas, ref why, out errno))
                return errno;
            errno = Ioas.CheckUnmap(iova, length, out AddressRange range, ref why);
            if (errno.Failed)
                return errno;
            errno = ioas.Unmap(range, out unmapped, out rest, ref why);
            if (rest is { IsUnfinished: true })
                HoldUnfinished(ioas);
        }

        if (rest is { IsUnfinished: true })
        {
            Finish(ioas, rest, patient: false, ref why);
            (errno, unmapped) = (rest.Outcome, rest.Unmapped);
        }

        if (unmapped != 0 || errno.Failed || (iova.Value == 0 && length == ulong.MaxValue))
            return errno;
        return why.Because(ReasonCode.UnmapNothing, iova.Value, iova.Value + (length - 1));
    }

    /// <summary>IOMMU_IOAS_IOVA_RANGES: appends the ranges that can be mapped, lowest first.</summary>
    public Errno GetRanges(ObjectId space, List<AddressRange> ranges, out ulong alignment, ref Reason why)
    {
        alignment = 0;
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out Errno errno))
                return errno;
            ioas.UsableRanges(ranges);
            alignment = ioas.Alignment;
            return Errno.Success;
        }
    }

    /// <summary>ENOENT when there is no such IOAS (a call that reads a list from the client asks before it reads).</summary>
    public Errno CheckSpace(ObjectId space, ref Reason why)
    {
        lock (Gate)
        {
            TryFind(space, Ioas.KindName, out Ioas _, ref why, out Errno errno);
            return errno;
        }
    }

    /// <summary>IOMMU_IOAS_ALLOW_IOVAS: replaces the list of ranges in which automatic IOVAs are chosen.</summary>
    /// <param name="space">The IOAS.</param>
    /// <param name="allowed">The ranges, ascending, none meeting another; empty for "anywhere".</param>
    /// <param name="why">The reason of a failure: ENOENT; EADDRINUSE: a reserved range meets one.</param>
    public Errno Allow(ObjectId space, AddressRange[] allowed, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out Errno errno))
                return errno;
            return ioas.Allow(allowed, ref why);
        }
    }

    /// <summary>IOMMU_VFIO_IOAS_GET.</summary>
    /// <returns>ENODEV: none is set.</returns>
    public Errno GetLegacySpace(out ObjectId space, ref Reason why)
    {
        lock (Gate)
        {
            space = _legacySpace?.Id ?? default;
            return _legacySpace is null ? why.Because(ReasonCode.NoLegacySpace) : Errno.Success;
        }
    }

    /// <summary>IOMMU_VFIO_IOAS_SET, or CLEAR with null.</summary>
    /// <returns>ENOENT: no such IOAS.</returns>
    public Errno SetLegacySpace(ObjectId? space, ref Reason why)
    {
        lock (Gate)
        {
            if (space is not { } id)
            {
                _legacySpace = null;
                return Errno.Success;
            }

            if (TryFind(id, Ioas.KindName, out Ioas ioas, ref why, out Errno errno))
                _legacySpace = ioas;
            return errno;
        }
    }
}
