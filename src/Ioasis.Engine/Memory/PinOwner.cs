
namespace Ioasis.Engine.Memory;

/// <summary>
/// Who pays for pinned pages: the user (default) or the process (RLIMIT_MODE 1), against the process's RLIMIT_MEMLOCK.
/// One object a client process; processes of one user share <see cref="User"/>.
/// </summary>
public abstract class PinOwner(PinLedger user)
{
    /// <summary>Pages locked by all processes of the user: what user-based accounting compares with the limit.</summary>
    public PinLedger User { get; } = user;

    /// <summary>Pages locked by this process (VmLck): under process-based accounting, and by legacy containers.</summary>
    public PinLedger Process { get; } = new();

    /// <summary>Pages pinned by this process (VmPin), counted but for legacy containers, never limited.</summary>
    public PinLedger Pinned { get; } = new();

    /// <summary>Memory that the engine itself needs for what the user makes and maps.</summary>
    public virtual EngineMemory Engine => EngineMemory.Unlimited;

    /// <summary>RLIMIT_MEMLOCK of the process now, in bytes; <see cref="ulong.MaxValue"/> for no limit.</summary>
    public abstract ulong MemlockLimit { get; }

    /// <summary>What to call that limit when it was too low, and what helps. Asked for only then.</summary>
    public virtual string MemlockName => "the process's RLIMIT_MEMLOCK";
}
