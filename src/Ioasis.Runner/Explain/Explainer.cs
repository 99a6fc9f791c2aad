using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Explain;

/// <summary>Tells whoever listens why a call failed. Costs nothing when nobody does. Thread-safe.</summary>
internal sealed class Explainer(Action<Explanation>? listener)
{
    /// <summary>An ioctl on an emulated file failed.</summary>
    public void IoctlFailed(Caller caller, string path, uint command, ulong argument, Errno errno, in Reason why)
    {
        if (listener is not null)
            Tell(caller.Thread, caller.Process.Id, IoctlText.Of(caller.Memory, path, command, argument), errno, in why);
    }

    /// <summary>Another call on an emulated file failed.</summary>
    public void CallFailed(int thread, string call, Errno errno, in Reason why)
    {
        if (listener is not null)
            Tell(thread, ProcessStatus.TryRead(thread, out ProcessStatus status) ? status.Process : thread, call, errno, in why);
    }

    /// <summary>Whether texts are worth making.</summary>
    public bool Listens => listener is not null;

    private void Tell(int thread, int process, string call, Errno errno, in Reason why) =>
        listener?.Invoke(new Explanation(process, ProgramName(thread), call, errno.Code, why.ToString()));

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
