using Ioasis.Engine.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Memory;

/// <summary>Pays for what one client process pins, out of its own RLIMIT_MEMLOCK.</summary>
internal sealed class ProcessPinOwner(ClientProcess process, PinLedger user, EngineMemory engine) : PinOwner(user)
{
    /// <inheritdoc/>
    public override EngineMemory Engine => engine;

    private ulong _last;

    /// <inheritdoc/>
    /// <remarks>Of a process that has ended: what it was when somebody last asked.</remarks>
    public override ulong MemlockLimit
    {
        get
        {
            if (ProcessLimit.TryGet(process.Id, Linux.RLIMIT_MEMLOCK, out ulong limit) && process.IsRunning)
                Volatile.Write(ref _last, limit);
            return Volatile.Read(ref _last);
        }
    }
}
