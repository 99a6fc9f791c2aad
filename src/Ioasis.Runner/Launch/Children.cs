using System.Globalization;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Launch;

/// <summary>
/// The children of this process that runners care for: the programs that they started, and whatever those left behind when they ended
/// (this process is a subreaper, so orphans become its children). Children that other code of this process started are left alone.
/// </summary>
internal static unsafe class Children
{
    private const int Look = Linux.WEXITED | Linux.WNOHANG | Linux.WNOWAIT | Linux.__WALL;

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

    /// <summary>It is no stop of a traced child, which waitid(2) shows as well.</summary>
    private static bool HasEnded(in siginfo info)
    {
        const int CLD_DUMPED = 3;
        return info.si_code is >= Linux.CLD_EXITED and <= CLD_DUMPED;
    }

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
        bool reaped = result == 0 && info.si_pid == process && HasEnded(in info);
        if (reaped || result != 0)
        {
            lock (s_lock)
                s_programs.Remove(process);
        }

        return reaped;
    }

    /// <summary>Reaps orphans of clients that have ended.</summary>
    /// <param name="all">
    /// This process does nothing besides running one program: then whatever else ends is ours as well, also what was a child before this
    /// program ran (of a shell that executed it in its place).
    /// </param>
    /// <returns>Whether there were some.</returns>
    public static bool ReapOrphans(bool all)
    {
        bool any = false;
        while (true)
        {
            using Lock.Scope waiting = Waiting.EnterScope();
            siginfo info = default;
            if (LibC.waitid(Linux.P_ALL, 0, &info, Look) != 0 || info.si_pid == 0 || !HasEnded(in info))
                return any;
            if (all && IsProgram(info.si_pid))
                return any; // its runner, which is about to, is all that this process does; then others are seen
            if (!TryReapOrphan(info.si_pid, all))
                return ReapBehind(all) || any; // somebody else's is in front
            any = true;
        }
    }

    /// <summary>Looks at all children, as waitid(2) shows only one that has ended, and again the same until it is reaped.</summary>
    private static bool ReapBehind(bool all)
    {
        bool any = false;
        try
        {
            foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
            {
                string list = Path.Combine(thread, "children");
                if (!File.Exists(list))
                    continue; // the thread has ended, or the kernel has no such lists
                foreach (string word in File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    siginfo info = default;
                    if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int child)
                        && LibC.waitid(Linux.P_PID, child, &info, Look) == 0 && info.si_pid == child && HasEnded(in info))
                    {
                        any |= TryReapOrphan(child, all);
                    }
                }
            }
        }
        catch (IOException)
        {
            // A thread ended while its list was read; there will be another round.
        }

        return any;
    }

    /// <summary>A client has one filter more than this process. Any other child is soon reaped by whoever started it.</summary>
    private static bool TryReapOrphan(int child, bool all)
    {
        siginfo info;
        bool isOrphan = !IsProgram(child)
            && (all || (ProcessStatus.TryRead(child, out ProcessStatus status) && status.Filters > s_ownFilters.Value));
        return isOrphan && LibC.waitid(Linux.P_PID, child, &info, Linux.WEXITED | Linux.WNOHANG | Linux.__WALL) == 0;
    }

    /// <summary>Sends a signal to every client below this process.</summary>
    public static void Signal(int signal)
    {
        foreach (int process in Descendants.OfThisProcess())
        {
            if (ProcessStatus.TryRead(process, out ProcessStatus status) && status.Filters > s_ownFilters.Value)
                _ = LibC.kill(process, signal);
        }
    }

    /// <summary>Whether it is a program that a runner of this process has started, and not reaped.</summary>
    public static bool IsProgram(int process)
    {
        lock (s_lock)
            return s_programs.Contains(process);
    }
}
