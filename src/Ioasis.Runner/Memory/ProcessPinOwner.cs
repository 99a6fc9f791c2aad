using Ioasis.Engine.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Memory;

/// <summary>Pays for what one client process pins, out of its own RLIMIT_MEMLOCK.</summary>
/// <param name="process">The process.</param>
/// <param name="user">What its user has pinned.</param>
/// <param name="engine">What it is charged for here.</param>
/// <param name="rule">Which limit counts.</param>
internal sealed class ProcessPinOwner(ClientProcess process, PinLedger user, EngineMemory engine, MemlockRule rule) : PinOwner(user)
{
    private readonly Lock _lock = new();
    private ProcessLimit _last; // under _lock

    /// <inheritdoc/>
    public override EngineMemory Engine => engine;

    /// <inheritdoc/>
    /// <remarks>Of a process that has ended: what it was when somebody last asked.</remarks>
    public override ulong MemlockLimit => rule.MostFor(Limit());

    /// <inheritdoc/>
    public override string MemlockName => rule.NameOf(Limit());

    private ProcessLimit Limit()
    {
        bool isKnown = ProcessLimit.TryGet(process.Id, Linux.RLIMIT_MEMLOCK, out ProcessLimit limit) && process.IsRunning;
        lock (_lock)
            return isKnown ? _last = limit : _last;
    }
}
