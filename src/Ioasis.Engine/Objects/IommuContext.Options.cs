using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>IOMMU_OPTION: settings of the context and of its address spaces.</summary>
public sealed partial class IommuContext
{
    /// <summary>How maps that are made from now on are charged. Guarded by Gate.</summary>
    internal PinCharging Charging { get; private set; } = PinCharging.User;

    /// <summary>RLIMIT_MODE: 0 counts per user, 1 per process.</summary>
    public ulong AccountingMode
    {
        get
        {
            lock (Gate)
                return Charging == PinCharging.Process ? 1u : 0u;
        }
    }

    /// <summary>Sets RLIMIT_MODE. Whether the caller may (CAP_SYS_RESOURCE) is the dispatcher's question.</summary>
    /// <returns>EBUSY: an object exists; EINVAL: not 0 or 1.</returns>
    public Errno SetAccountingMode(ulong mode, ref Reason why)
    {
        lock (Gate)
        {
            if (_objects.Count != 0)
                return why.Because(ReasonCode.OptionNeedsEmptyContext, (ulong)_objects.Count);
            if (mode > 1)
                return why.Because(ReasonCode.OptionValueInvalid, mode, name: "RLIMIT_MODE");
            Charging = mode == 1 ? PinCharging.Process : PinCharging.User;
            return Errno.Success;
        }
    }

    /// <summary>HUGE_PAGES of an IOAS: 1 when pages may be combined.</summary>
    /// <returns>ENOENT: no such IOAS.</returns>
    public Errno GetHugePages(ObjectId space, out ulong value, ref Reason why)
    {
        value = 0;
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out Errno errno))
                return errno;
            value = ioas.HugePages ? 1u : 0u;
            return Errno.Success;
        }
    }

    /// <summary>Sets HUGE_PAGES of an IOAS.</summary>
    /// <returns>ENOENT: no such IOAS; EINVAL: not 0 or 1, or page tables hold areas already; EADDRINUSE: an area is not page-aligned.</returns>
    public Errno SetHugePages(ObjectId space, ulong value, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out Ioas ioas, ref why, out Errno errno))
                return errno;
            if (value > 1)
                return why.Because(ReasonCode.OptionValueInvalid, value, name: "HUGE_PAGES");
            return ioas.SetHugePages(value == 1, ref why);
        }
    }
}
