using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
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
            Tell(caller.Thread, caller.Process.Id, IoctlText.Of(caller.Memory, path, command, argument), errno, in why);
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
        Explanation explanation = new(process, ProgramName(thread), call, ErrnoCode.None, note);
        failures?.Invoke(explanation);
        all?.Invoke(explanation);
    }

    private void Tell(int thread, int process, string call, Errno errno, in Reason why)
    {
        try
        {
            Explanation explanation = new(process, ProgramName(thread), call, errno.Code, errno.Failed ? why.ToString() : "");
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
