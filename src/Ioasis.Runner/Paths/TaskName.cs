using System.Buffers.Text;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Paths;

/// <summary>A file of a thread or process in /proc that is answered, at least in part, by us.</summary>
internal enum TaskFile : byte
{
    None,

    /// <summary>The failure countdown of a thread: <see cref="Failures.FailNthFile"/>.</summary>
    FailNth,

    /// <summary>The kernel's, but for the pages that we have pinned: <see cref="Calls.TaskOpen"/>.</summary>
    Status,
}

/// <summary>
/// Names of such files, written without detours: /proc/self/NAME, /proc/ID/NAME, with task/ID in between, /proc/thread-self/NAME.
/// </summary>
internal static class TaskName
{
    /// <summary>Recognises such a name.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="self">The thread that asks.</param>
    /// <param name="owner">The thread or process that is meant; it exists.</param>
    public static TaskFile Parse(ReadOnlySpan<byte> path, int self, out int owner)
    {
        owner = 0;
        if (!path.StartsWith("/proc/"u8))
            return TaskFile.None;
        TaskFile file = path.EndsWith("/fail-nth"u8) ? TaskFile.FailNth : path.EndsWith("/status"u8) ? TaskFile.Status : TaskFile.None;
        return file != TaskFile.None && TryFindOwner(path[6..path.LastIndexOf((byte)'/')], self, out owner) ? file : TaskFile.None;
    }

    private static bool TryFindOwner(ReadOnlySpan<byte> name, int self, out int owner)
    {
        owner = self;
        if (name.SequenceEqual("thread-self"u8))
            return true;
        int slash = name.IndexOf((byte)'/');
        ReadOnlySpan<byte> who = slash < 0 ? name : name[..slash];
        if (who.SequenceEqual("self"u8))
        {
            if (!ProcessStatus.TryRead(self, out ProcessStatus status))
                return false;
            owner = status.Process;
        }
        else if (!IsNumber(who, out owner))
        {
            return false;
        }

        if (slash < 0)
            return true;
        ReadOnlySpan<byte> rest = name[(slash + 1)..];
        int process = owner;
        return rest.StartsWith("task/"u8) && IsNumber(rest[5..], out owner) && IsThreadOf(process, owner);
    }

    private static unsafe bool IsThreadOf(int process, int thread)
    {
        ProcPath path = ProcPath.TaskOf(process, thread);
        return Files.Stat.Get(Linux.AT_FDCWD, path.Text, 0, out _) == 0;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text, out int number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && number > 0;
}
