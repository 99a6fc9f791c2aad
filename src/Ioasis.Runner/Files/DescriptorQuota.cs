using Ioasis.Engine.Reasons;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Files;

/// <summary>Descriptors of this process that are held for one client tree. Guarded by its quota.</summary>
internal sealed class DescriptorShare
{
    public ulong Held { get; set; }
}

/// <summary>
/// Who may have how many of this process's own descriptors: each emulated file that is open takes one. Some are kept for ourselves, so that
/// running out is an error of the call that wanted another and of nothing else. Of the rest, a client tree gets at most half of what no
/// other tree holds: whoever takes all that it can leaves as much for others.
/// </summary>
/// <remarks>
/// A tree is a process that the program started, with all that it started; the program itself is one, and so is each process whose parents
/// have ended. Thread-safe: <c>_lock</c>.
/// </remarks>
/// <param name="limit">RLIMIT_NOFILE of this process.</param>
internal sealed class DescriptorQuota(ulong limit)
{
    /// <summary>Kept for ourselves: the runtime's, those of processes and memories, and those of failures.</summary>
    public const ulong Spare = 64;

    private const int MostKnown = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, DescriptorShare> _byThread = []; // what was found out; may be of an earlier thread with the number
    private readonly Dictionary<int, int> _processes = []; // of threads; as the others
    private readonly Dictionary<int, DescriptorShare> _byTree = []; // by the process at its top
    private ulong _held;

    /// <summary>The program's process; 0 before it runs.</summary>
    public int Program { get; set; }

    /// <summary>Of a limit, how many descriptors clients may have together.</summary>
    public static ulong ForClients(ulong limit) => limit - Math.Min(Spare, limit / 2);

    /// <summary>Whether a new descriptor of ours leaves enough: the kernel gives the lowest number that is free, so all below it are in use.</summary>
    public bool HasRoom(int number) => (ulong)number < ForClients(limit) + (Spare / 2);

    /// <summary>Takes one.</summary>
    /// <param name="thread">The client's thread.</param>
    /// <param name="number">The number that it has in this process.</param>
    /// <param name="share">Whose it is, for <see cref="Return"/>.</param>
    /// <param name="why">ENFILE.</param>
    public bool TryTake(int thread, int number, out DescriptorShare share, ref Reason why)
    {
        ulong all = ForClients(limit);
        DescriptorShare? known;
        lock (_lock)
            known = _byThread.GetValueOrDefault(thread);
        int process = 0, top = known is null ? TopOf(thread, out process) : 0;
        lock (_lock)
        {
            share = known ?? ShareOf(thread, process, top);
            ulong most = Math.Max((all - Math.Min(_held - share.Held, all)) / 2, 1);
            if ((ulong)number >= all)
                _ = why.Because(ReasonCode.RunnerDescriptorsUsed, all, limit);
            else if (share.Held >= most)
                _ = why.Because(ReasonCode.ClientDescriptorsUsed, share.Held, all);
            else
            {
                share.Held++;
                _held++;
                return true;
            }

            return false;
        }
    }

    /// <summary>Gives one back.</summary>
    public void Return(DescriptorShare share)
    {
        lock (_lock)
        {
            share.Held--;
            _held--;
        }
    }

    /// <summary>The process of a thread that has taken one; 0 when that is not known any more.</summary>
    public int ProcessOf(int thread)
    {
        lock (_lock)
            return _processes.GetValueOrDefault(thread);
    }

    private DescriptorShare ShareOf(int thread, int process, int top)
    {
        if (_byThread.Count >= MostKnown)
            Forget();
        if (!_byTree.TryGetValue(top, out DescriptorShare? share))
            _byTree.Add(top, share = new DescriptorShare());
        _byThread[thread] = share;
        _processes[thread] = process;
        return share;
    }

    /// <summary>Both tables stay as small as what is in use: those with nothing are found again when they come back.</summary>
    private void Forget()
    {
        _byThread.Clear();
        _processes.Clear();
        foreach ((int top, DescriptorShare share) in _byTree)
        {
            if (share.Held == 0)
                _byTree.Remove(top);
        }
    }

    /// <summary>The ancestor that the program started; the thread's own process where there is none.</summary>
    private int TopOf(int thread, out int process)
    {
        process = 0;
        if (!ProcessStatus.TryRead(thread, out ProcessStatus status))
            return thread;
        process = status.Process;
        int top = process;
        while (top != Program && status.Parent > 1 && status.Parent != Program && status.Parent != Environment.ProcessId
            && ProcessStatus.TryRead(status.Parent, out ProcessStatus parent))
        {
            status = parent;
            top = status.Process;
        }

        return top;
    }
}
