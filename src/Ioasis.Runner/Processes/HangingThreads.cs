using System.Globalization;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Processes;

/// <summary>
/// Threads of this process that hang in a client's memory that does not come, as that of a file system which does not answer (FUSE, NFS).
/// Some of them no signal ends: while there is one, this process cannot end, not even by SIGKILL.
/// </summary>
internal static class HangingThreads
{
    // The calls by which memory of clients is reached.
    private static readonly string[] s_calls = Array.ConvertAll(
        (int[])[
            SyscallTable.Native.ProcessVmReadV, SyscallTable.Native.ProcessVmWriteV,
            SyscallTable.Native.NumberOf(Call.PRead64), SyscallTable.Native.NumberOf(Call.PWrite64),
        ],
        static number => string.Create(CultureInfo.InvariantCulture, $"{number} "));

    /// <summary>Whether there is one: in the same such call at each of several looks, over some 100 ms. No when that cannot be found out.</summary>
    public static bool Any()
    {
        const int Looks = 5, PauseMilliseconds = 25;
        List<(string Task, string Call)> hanging = [];
        foreach (string task in Tasks())
        {
            string call = CallOf(task);
            if (Array.Exists(s_calls, one => call.StartsWith(one, StringComparison.Ordinal)))
                hanging.Add((task, call));
        }

        for (int look = 1; look < Looks && hanging.Count > 0; look++)
        {
            Thread.Sleep(PauseMilliseconds);
            hanging.RemoveAll(static one => CallOf(one.Task) != one.Call);
        }

        return hanging.Count > 0;
    }

    private static string[] Tasks()
    {
        try
        {
            return Directory.GetDirectories("/proc/self/task");
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return []; // no descriptor is left to look with
        }
    }

    /// <summary>What a thread waits in: number, arguments, stack and instruction pointer (proc_pid_syscall(5)); "running", or nothing.</summary>
    private static string CallOf(string task)
    {
        try
        {
            return File.ReadAllText(task + "/syscall");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended, or the kernel tells nobody
        }
    }
}
