using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Launch;

/// <summary>
/// The children of this process that runners care for: the programs that they started, and whatever those left behind when they ended
/// (this process is a subreaper, so orphans become its children). Children that other code of this process started are left alone.
/// </summary>
internal static unsafe class Children
{
    // Programs that runners of this process started: each is reaped by its own runner.
    private static readonly List<int> s_programs = []; // under s_lock
    private static readonly Lock s_lock = new();

    private static readonly Lazy<int> s_ownFilters = new(() =>
        ProcessStatus.TryRead(Environment.ProcessId, out ProcessStatus status) ? status.Filters : 0);

    /// <summary>Orphans of clients become children of this process from now on.</summary>
    public static void AdoptOrphans() => _ = LibC.prctl(Linux.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

    public static void AddProgram(int process)
    {
        lock (s_lock)
            s_programs.Add(process);
    }

    /// <summary>
    /// Held while a child is looked at that may have ended, and while one is traced: waitid(2) shows a traced child's stops to everybody in
    /// this process, asked for or not, and takes them away from the tracer.
    /// </summary>
    public static Lock Waiting { get; } = new();

    /// <summary>Reaps a program, if it has ended.</summary>
    /// <param name="process">The program.</param>
    /// <param name="wait">Waits until it has ended.</param>
    /// <param name="end">How it ended.</param>
    /// <returns>False when it has not ended, or is nobody's child any more.</returns>
    public static bool TryReap(int process, bool wait, out ProgramEnd end)
    {
        siginfo info = default;
        int options = Linux.WEXITED | Linux.__WALL | (wait ? 0 : Linux.WNOHANG);
        int result;
        do
        {
            if (wait)
            {
                result = LibC.waitid(Linux.P_PID, process, &info, options); // no client is left: nobody traces one
                continue;
            }

            lock (Waiting)
                result = LibC.waitid(Linux.P_PID, process, &info, options);
        }
        while (result != 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Linux.EINTR);
        end = new ProgramEnd(info.si_status, info.si_code != Linux.CLD_EXITED);
        bool reaped = result == 0 && info.si_pid == process;
        if (reaped || result != 0)
        {
            lock (s_lock)
                s_programs.Remove(process);
        }

        return reaped;
    }

    /// <summary>Reaps orphans of clients that have ended.</summary>
    public static void ReapOrphans()
    {
        while (true)
        {
            using Lock.Scope waiting = Waiting.EnterScope();
            siginfo info = default;
            const int Look = Linux.WEXITED | Linux.WNOHANG | Linux.WNOWAIT | Linux.__WALL;
            if (LibC.waitid(Linux.P_ALL, 0, &info, Look) != 0 || info.si_pid == 0)
                return;
            // A client has one filter more than this process. Any other child in the way is soon reaped by whoever started it.
            int child = info.si_pid;
            bool isOrphan = !IsProgram(child)
                && ProcessStatus.TryRead(child, out ProcessStatus status) && status.Filters > s_ownFilters.Value;
            if (!isOrphan || LibC.waitid(Linux.P_PID, child, &info, Linux.WEXITED | Linux.WNOHANG | Linux.__WALL) != 0)
                return;
        }
    }

    private static bool IsProgram(int process)
    {
        lock (s_lock)
            return s_programs.Contains(process);
    }
}
