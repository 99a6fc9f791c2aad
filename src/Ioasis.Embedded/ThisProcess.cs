using Ioasis.Dispatch.Files;
using Ioasis.Embedded.Native;
using Ioasis.Engine.Memory;

namespace Ioasis.Embedded;

/// <summary>This process as Linux knows it: what it may lock, and what it is capable of. Thread-safe.</summary>
internal sealed unsafe class ThisProcess() : PinOwner(new PinLedger())
{
    public override ulong MemlockLimit
    {
        get
        {
            ResourceLimit limit;
            return LibC.getrlimit(LibC.RLIMIT_MEMLOCK, &limit) == 0 ? limit.Current : 0; // RLIM_INFINITY is all ones
        }
    }

    /// <summary>Whether the calling thread has the capability now (effective set).</summary>
    public static bool Has(Capability capability)
    {
        CapabilityHeader header = new() { Version = LibC.CapabilityVersion };
        CapabilityWords words;
        if (LibC.capget(&header, &words) != 0)
            return false;
        ulong effective = words.EffectiveLow | (ulong)words.EffectiveHigh << 32;
        return (effective >> (int)capability & 1) != 0;
    }
}
