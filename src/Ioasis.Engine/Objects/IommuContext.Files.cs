using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on mappings of files: they depend on no process.</summary>
public sealed partial class IommuContext
{
    /// <summary>IOMMU_IOAS_MAP_FILE, after the checks that need no address space.</summary>
    /// <param name="space">The IOAS.</param>
    /// <param name="memory">The file or dma-buf; it belongs to the mapping, and is told when the call fails.</param>
    /// <param name="offset">First byte of it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="iova">Where to map; null for the lowest place that fits.</param>
    /// <param name="access">What devices may do.</param>
    /// <param name="mayLockMemory">The caller has CAP_IPC_LOCK: no page is charged.</param>
    /// <param name="placed">Where it was mapped.</param>
    /// <param name="why">The reason of a failure: as <see cref="Map"/>; EINVAL for EFAULT; ENODEV: the dma-buf is revoked.</param>
    public Errno MapFile(
        ObjectId space, ClientMemory memory, ulong offset, ulong length, Iova? iova, AreaAccess access, bool mayLockMemory, out Iova placed,
        ref Reason why)
    {
        placed = default;
        lock (Gate)
        {
            Errno errno = CheckBuffer(memory, offset, length, ref why);
            if (errno.Succeeded && TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out errno))
            {
                PinCharging charging = memory is DmaBufMemory ? PinCharging.DeviceMemory : mayLockMemory ? PinCharging.Unlimited : Charging;
                errno = ioas.Map(memory, new HostAddress(offset), length, iova, access, charging, out placed, ref why);
            }

            if (errno.Failed)
                memory.Unmapped();
            return errno;
        }
    }

    /// <summary>IOMMU_IOAS_CHANGE_PROCESS: whoever calls is charged from now on for all that is mapped.</summary>
    /// <param name="owner">The calling process.</param>
    /// <param name="why">EINVAL: something is mapped that is no file; ENOMEM: the caller's limit. Nothing has changed then.</param>
    public Errno ChangeProcess(PinOwner owner, ref Reason why)
    {
        lock (Gate)
        {
            HashSet<BackingId> backings = [];
            for (uint id = 1; id < (uint)_objects.End; id++)
            {
                if (_objects[id] is not Ioas space)
                    continue;
                Errno errno = space.CollectFiles(backings, ref why);
                if (errno.Failed)
                    return errno;
            }

            Errno charged = FailurePoint.Allocate("list of IOASes", ref why);
            if (charged.Succeeded)
                charged = Charge(backings, owner, ref why);
            if (charged.Failed)
                return charged;
            foreach (BackingId backing in backings)
                Backings[backing].MoveTo(owner);
            return Errno.Success;
        }
    }

    /// <summary>IOMMU_IOAS_NOIOMMU_GET_PA, after the checks that need no address space.</summary>
    /// <returns>
    /// ENOENT: no such IOAS, or nothing is mapped; EINVAL: the dma-buf there was revoked; EOPNOTSUPP: it is not mapped for a device
    /// without an IOMMU, and no device here is one.
    /// </returns>
    public Errno FindPhysical(ObjectId space, Iova iova, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out Errno errno))
                return errno;
            if (!ioas.TryTranslate(iova.Value, out _, out _, out Area area))
                return why.Because(ReasonCode.PhysicalNotMapped, iova.Value);
            return Backings[area.Backing].IsRevoked
                ? why.Because(ReasonCode.PhysicalRevoked, iova.Value)
                : why.Because(ReasonCode.NoPhysicalAddress, iova.Value);
        }
    }

    /// <summary>
    /// Charges another process for all of it before anything is given back, as Linux does: processes of one user need room for it twice.
    /// </summary>
    private Errno Charge(HashSet<BackingId> backings, PinOwner owner, ref Reason why)
    {
        ulong byUser = 0, byProcess = 0;
        foreach (BackingId backing in backings)
        {
            ulong pages = Backings[backing].PagesToMove(owner, out PinCharging charging);
            byUser += charging == PinCharging.User ? pages : 0;
            byProcess += charging == PinCharging.Process ? pages : 0;
        }

        ulong limit = owner.MemlockLimit >> SystemPage.Shift;
        if (byUser != 0 && !owner.User.TryCharge(byUser, limit, out ulong total))
            return why.Because(ReasonCode.MemlockLimit, byUser, total, limit, name: owner.MemlockName);
        if (byProcess == 0 || owner.Process.TryCharge(byProcess, limit, out total))
            return Errno.Success;
        owner.User.Discharge(byUser);
        return why.Because(ReasonCode.MemlockLimit, byProcess, total, limit, name: owner.MemlockName);
    }

    private static Errno CheckBuffer(ClientMemory memory, ulong offset, ulong length, ref Reason why)
    {
        if (memory is not DmaBufMemory { Buffer: { } buffer })
            return Errno.Success;
        if (buffer.IsScattered && !buffer.IsRevoked)
            return why.Because(ReasonCode.BufferScattered, (ulong)buffer.Length);
        if (offset + (length - 1) >= (ulong)buffer.Length)
            return why.Because(ReasonCode.BufferTooShort, offset, length, (ulong)buffer.Length);
        return buffer.IsRevoked ? why.Because(ReasonCode.BufferRevoked, (ulong)buffer.Length) : Errno.Success;
    }
}
