using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Explain;

/// <summary>Tells whoever listens what was called and why it failed. Costs nothing when nobody does. Thread-safe.</summary>
/// <param name="failures">Is told of calls that failed; null when nobody listens.</param>
/// <param name="all">Is told of all calls; null when nobody listens.</param>
internal sealed class Explainer(Action<Explanation>? failures, Action<Explanation>? all)
{
    /// <summary>Whether the texts of a failed call are worth making.</summary>
    public bool Listens => failures is not null || all is not null;

    /// <summary>Whether the texts of a successful call are worth making.</summary>
    public bool ListensToAll => all is not null;

    /// <summary>An ioctl on an emulated file ended, well or not. Called while the caller still waits: its structure is as we left it.</summary>
    public void IoctlEnded(Caller caller, string path, uint command, ulong argument, Errno errno, in Reason why)
    {
        if (errno.Failed ? Listens : ListensToAll)
            Tell(caller.Thread, caller.Process.Id, IoctlText.Of(caller.Memory, path, command, argument), errno, in why, path, command);
    }

    /// <summary>Another call on an emulated file ended, well or not.</summary>
    public void CallEnded(int thread, string call, Errno errno, in Reason why)
    {
        if (errno.Failed ? Listens : ListensToAll)
            Tell(thread, ProcessStatus.TryRead(thread, out ProcessStatus status) ? status.Process : thread, call, errno, in why);
    }

    /// <summary>A call was answered well, and there is something to know about it.</summary>
    public void Noted(int thread, string call, string note)
    {
        if (!Listens)
            return;
        int process = ProcessStatus.TryRead(thread, out ProcessStatus status) ? status.Process : thread;
        Explanation explanation = new(process, ProgramName(thread), call, ErrnoCode.None, note) { Kind = ExplanationKind.Note };
        failures?.Invoke(explanation);
        all?.Invoke(explanation);
    }

    /// <summary>A path was looked for that the machine does not have; told when it has others like it.</summary>
    /// <param name="thread">Who looked.</param>
    /// <param name="call">open or stat.</param>
    /// <param name="path">An absolute path.</param>
    /// <param name="root">All that there is.</param>
    public void PathAbsent(int thread, string call, string path, PathNode root)
    {
        if (failures is null || NearMisses.Find(root, path) is not { } there)
            return;
        Reason why = default;
        Errno errno = why.Because(ReasonCode.PathAbsent, name: there);
        int process = ProcessStatus.TryRead(thread, out ProcessStatus status) ? status.Process : thread;
        failures(new Explanation(process, ProgramName(thread), $"{call}({path})", errno.Code, why.ToString()) { Kind = ExplanationKind.Path, Code = why.Code });
    }

    private void Tell(int thread, int process, string call, Errno errno, in Reason why, string? path = null, uint command = 0)
    {
        try
        {
            string reason = !errno.Failed ? ""
                : why.Code == ReasonCode.UnknownIoctl && path is not null && IoctlNames.Hint(path, command) is { } hint ? $"{why}: {hint}"
                : why.ToString();
            Explanation explanation = new(process, ProgramName(thread), call, errno.Code, reason)
            {
                Code = errno.Failed ? why.Code : ReasonCode.None,
                IsProbe = errno.Failed && Probes.Contains(command, in why),
            };
            if (errno.Failed)
                failures?.Invoke(explanation);
            all?.Invoke(explanation);
        }
#pragma warning disable CA1031 // The call has happened, whether it can be told or not.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>The program of a thread: the name of its file, without the directory.</summary>
    private static unsafe string ProgramName(int thread)
    {
        const int Room = 4096;
        byte* text = stackalloc byte[Room];
        ProcPath path = ProcPath.Of(thread, "exe"u8);
        nint length = LibC.readlinkat(Linux.AT_FDCWD, path.Text, text, Room);
        return length > 0 ? Path.GetFileName(System.Text.Encoding.UTF8.GetString(text, (int)length)) : "?";
    }
}
