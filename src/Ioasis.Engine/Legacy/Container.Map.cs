using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Legacy;

/// <summary>
/// VFIO_IOMMU_MAP_DMA of type 1. What differs from IOMMU_IOAS_MAP: always a fixed IOVA and whole pages; a limit on the number of
/// mappings; locked pages are counted for the process; a device's memory can be mapped, and the order of checks is another.
/// </summary>
public sealed partial class Container
{
    /// <summary>First IOVAs of mappings whose client address was declared invalid and has not been given anew.</summary>
    private readonly HashSet<ulong> _moving = [];

    /// <summary>Maps client memory.</summary>
    /// <param name="memory">Whose memory.</param>
    /// <param name="address">First byte of it.</param>
    /// <param name="iova">First byte for devices.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="access">What devices may do.</param>
    /// <param name="mayLockMemory">The caller has CAP_IPC_LOCK: pages are counted and not limited.</param>
    /// <param name="why">
    /// The reason of a failure. EINVAL: no access, nothing, no whole pages, or not translatable; EOVERFLOW: a range wraps; EEXIST:
    /// something is mapped there; ENOSPC: too many mappings; EFAULT, ENOMEM: the memory cannot be pinned.
    /// </param>
    public Errno Map(ClientMemory memory, ulong address, ulong iova, ulong size, AreaAccess access, bool mayLockMemory, ref Reason why)
    {
        Errno errno = CheckRanges(address, iova, size, ref why);
        if (errno.Failed)
            return errno;
        if (access == AreaAccess.None)
            return why.Because(ReasonCode.NoAccessFlag, 0);
        PinAttempt attempt = new();
        do
        {
            lock (_calls)
            {
                if (_space is not { } space)
                    return why.Because(ReasonCode.ContainerWithoutIommu);
                lock (_context.Gate)
                {
                    attempt.Enter(_context.Backings);
                    errno = MapLocked(space, memory, address, iova, size, access, mayLockMemory, ref why);
                    attempt.Leave(_context.Backings);
                }
            }
        }
        while (attempt.IsToBeRepeated() || WaitsForAnother(errno));
        return errno;
    }

    private Errno MapLocked(
        Ioas space, ClientMemory memory, ulong address, ulong iova, ulong size, AreaAccess access, bool mayLockMemory, ref Reason why)
    {
        Errno errno = CheckPages(space, address, iova, size, ref why);
        if (errno.Failed)
            return errno;
        ulong last = iova + (size - 1);
        if (space.TryFindArea(iova, last, out AddressRange taken, out Area there))
            return why.Because(there.IsLeaving ? ReasonCode.UnmapUnderWay : ReasonCode.IovaOccupied, iova, last, taken.First, taken.Last);
        if ((uint)space.AreaCount >= _entryLimit)
            return why.Because(ReasonCode.TooManyMappings, _entryLimit);
        if (address + size == 0)
            return why.Because(ReasonCode.MemoryNotMapped, address, address, address + (size - 1));

        errno = Place(space, Open(memory, address, size, access, Charging(mayLockMemory)), address, iova, size, access, ref why);
        return errno.Failed && why.Code == ReasonCode.MemoryOfDevice
            ? Place(space, Open(memory, address, size, access, PinCharging.DeviceMemory), address, iova, size, access, ref why)
            : errno;
    }

    /// <summary>
    /// A call has met a mapping that another one is unmapping (EBUSY, which no call on mappings gives otherwise). On Linux it would have
    /// waited for the container's lock; so it waits a little, with no lock held, and looks again.
    /// </summary>
    private static bool WaitsForAnother(Errno errno)
    {
        if (errno.Code != ErrnoCode.EBUSY)
            return false;
        Thread.Sleep(1);
        return true;
    }

    /// <summary>
    /// VFIO_DMA_MAP_FLAG_VADDR: the mapping's memory is now found at another address, maybe in another process. The caller says
    /// that it is the same memory. What cannot be pinned at the new address goes on at the old one, which Linux never leaves.
    /// </summary>
    /// <returns>As <see cref="Map"/>; ENOENT: nothing is mapped there; EINVAL: not this mapping, or its address was not declared invalid.</returns>
    public Errno ChangeAddress(ClientMemory memory, ulong address, ulong iova, ulong size, bool mayLockMemory, ref Reason why)
    {
        Errno errno = CheckRanges(address, iova, size, ref why);
        if (errno.Failed)
            return errno;
        Departure? departure = null;
        Ioas? held;
        PinAttempt attempt = new();
        do
        {
            lock (_calls)
            {
                held = _space;
                if (held is null)
                    return why.Because(ReasonCode.ContainerWithoutIommu);
                lock (_context.Gate)
                {
                    attempt.Enter(_context.Backings);
                    errno = ChangeLocked(held, memory, address, iova, size, mayLockMemory, ref departure, ref why);
                    attempt.Leave(_context.Backings);
                    if (departure is not null)
                        _context.HoldUnfinished(held);
                }
            }
        }
        while (attempt.IsToBeRepeated() || WaitsForAnother(errno));
        if (departure is null)
            return errno;
        departure.Wait.Wait();
        lock (_context.Gate)
        {
            held.Complete(departure);
            held.Users--;
        }

        DropWhenLeft(held);
        _context.Release();
        return errno;
    }

    private Errno ChangeLocked(
        Ioas space, ClientMemory memory, ulong address, ulong iova, ulong size, bool mayLockMemory, ref Departure? departure, ref Reason why)
    {
        Errno errno = CheckPages(space, address, iova, size, ref why);
        if (errno.Failed)
            return errno;
        ulong last = iova + (size - 1);
        if (!space.TryFindArea(iova, last, out AddressRange found, out Area area))
            return why.Because(ReasonCode.UnmapNothing, iova, last);
        if (area.IsLeaving)
            return why.Because(ReasonCode.UnmapUnderWay, found.First, found.Last);
        if (found != new AddressRange(iova, last) || !_moving.Contains(iova))
            return why.Because(ReasonCode.AddressNotInvalid, iova, last, found.First, found.Last);

        // Within one memory nothing more is locked than was before.
        bool isSame = _context.Backings[area.Backing].IsOf(memory);
        BackingId moved = Open(memory, address, size, area.Access, Charging(mayLockMemory || isSame));
        errno = _context.Backings.Pin(moved, address, size, ref why);
        Errno answered = _context.Backings.CheckAnswered(ref why);
        if (answered.Failed)
        {
            if (errno.Succeeded)
                _context.Backings.Unpin(moved, address, size);
            errno = answered;
        }

        if (errno.Failed)
            _context.Backings.Return(moved);
        if (answered.Failed || errno.Code == ErrnoCode.ENOMEM)
            return errno;
        _moving.Remove(iova);
        if (errno.Succeeded)
            departure = space.Move(iova, new Area { Backing = moved, Address = address, Access = area.Access });
        return Errno.Success;
    }

    /// <summary>What does not depend on the address space.</summary>
    private static Errno CheckRanges(ulong address, ulong iova, ulong size, ref Reason why)
    {
        if (size == 0)
            return why.Because(ReasonCode.LengthZero);
        if (iova + (size - 1) < iova)
            return why.Because(ReasonCode.RangeWraps, iova, size);
        return address + (size - 1) < address ? why.Because(ReasonCode.RangeWraps, address, size) : Errno.Success;
    }

    private static Errno CheckPages(Ioas space, ulong address, ulong iova, ulong size, ref Reason why)
    {
        ulong page = SmallestPage(space);
        if ((size & (page - 1)) != 0)
            return why.Because(ReasonCode.LengthUnaligned, size, page);
        if ((iova & (page - 1)) != 0)
            return why.Because(ReasonCode.IovaUnaligned, iova, page);
        return (address & (page - 1)) != 0 ? why.Because(ReasonCode.AddressUnaligned, address, page) : Errno.Success;
    }

    private static ulong SmallestPage(Ioas space)
    {
        ulong sizes = space.LegacyPageSizes;
        return sizes & (~sizes + 1);
    }

    private Errno Place(Ioas space, BackingId backing, ulong address, ulong iova, ulong size, AreaAccess access, ref Reason why)
    {
        Segment all = new(backing, address, size);
        Errno errno = space.Place(new ReadOnlySpan<Segment>(in all), size, new Iova(iova), access, out _, ref why);
        if (errno.Failed)
            _context.Backings.Return(backing);
        return errno;
    }

    private BackingId Open(ClientMemory memory, ulong address, ulong size, AreaAccess access, PinCharging charging)
    {
        BackingId backing = _context.Backings.Take();
        _context.Backings[backing].Open(memory, new HostAddress(address), size, (access & AreaAccess.Write) != 0, charging);
        return backing;
    }

    private static PinCharging Charging(bool mayLockMemory) => mayLockMemory ? PinCharging.LockedUnlimited : PinCharging.Locked;
}
