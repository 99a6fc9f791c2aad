using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Intervals;
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
            HashSet<Backing> backings = [];
            for (uint id = 1; id < (uint)_objects.End; id++)
            {
                if (_objects[id] is not Ioas space)
                    continue;
                Errno errno = space.CollectFiles(backings, ref why);
                if (errno.Failed)
                    return errno;
            }

            List<(Backing Backing, PinOwner Old)> changed = [];
            foreach (Backing backing in backings)
            {
                PinOwner old = backing.Owner;
                Errno errno = backing.ChargeTo(owner, ref why);
                if (errno.Failed)
                {
                    Reason ignored = default;
                    using (FailurePoint.Arm(FailureCountdown.Off))
                    {
                        foreach ((Backing one, PinOwner before) in changed)
                            one.ChargeTo(before, ref ignored);
                    }

                    return errno;
                }

                changed.Add((backing, old));
            }

            return Errno.Success;
        }
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
