using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// Which RLIMIT_MEMLOCK counts for what a process pins. The one that a run begins with belongs to the host, like its memory; it says nothing
/// of the machine that the program sees, and 8 MiB of it, which is common, would stop a virtual machine at its start. One that a process of
/// the run has set counts: it is told from the host's by its value, soft or hard, at each charge. So a process that sets exactly what was
/// there before has no limit of its own.
/// </summary>
/// <param name="countsHost">Both count.</param>
internal sealed class MemlockRule(bool countsHost)
{
    private readonly ProcessLimit _host = ProcessLimit.TryGet(Environment.ProcessId, Linux.RLIMIT_MEMLOCK, out ProcessLimit limit) ? limit : ProcessLimit.None;

    /// <summary>What a process may pin, in bytes; <see cref="ulong.MaxValue"/> for no limit.</summary>
    /// <param name="limit">Its limit now.</param>
    public ulong MostFor(ProcessLimit limit) => !countsHost && limit == _host ? ulong.MaxValue : limit.Soft;

    /// <summary>What a limit is called in messages, and what helps.</summary>
    public string NameOf(ProcessLimit limit) => limit == _host
        ? "the host's RLIMIT_MEMLOCK (counted because of --memlock host; raise it with 'ulimit -l', or leave the option out)"
        : "the RLIMIT_MEMLOCK that the program was given within the run (setrlimit, prlimit, 'ulimit -l'; CAP_IPC_LOCK does without: --grant-cap)";
}
