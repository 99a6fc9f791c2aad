using Ioasis.Engine.Reasons;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers calls of 32-bit programs. What would reach an emulated file is refused, and told once; everything else continues.
/// </summary>
internal sealed class ForeignServer(Emulation emulation, ClientPaths places)
{
    public void Serve(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        Syscalls.Call kind = emulation.Table.ForeignCallOf(call.data.arch, call.data.nr);
        string? path = kind switch
        {
            None => null,
            Open or Creat => DeviceAt(call.pid, Linux.AT_FDCWD, arguments[0]),
            OpenAt or OpenAt2 => DeviceAt(call.pid, (int)arguments[0], arguments[1]),
            _ => DeviceOf(call.pid, (int)arguments[kind == MMap ? 4 : 0]),
        };
        if (path is null)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        Reason why = default;
        ReasonCode code = kind switch
        {
            Open or Creat or OpenAt or OpenAt2 => ReasonCode.ForeignOpen,
            Ioctl => ReasonCode.ForeignIoctl,
            _ => ReasonCode.ForeignTransfer,
        };
        Errno errno = why.Because(code, call.data.arch, name: path);
        emulation.Explainer.CallEnded(call.pid, $"{kind}({path})", errno, in why);
        if (emulation.IsFirstForeign() && !emulation.Explainer.Listens)
            emulation.Complain($"thread {call.pid}: {why}");
        emulation.Listener.Fail(in call, (int)errno.Code);
    }

    private string? DeviceAt(int thread, int directory, ulong address)
    {
        Place place = places.Find(thread, directory, address, follow: true);
        return place.Node is { Kind: PathKind.Device or PathKind.Nameless } node ? node.Path : null;
    }

    private string? DeviceOf(int thread, int descriptor) =>
        ProcessTable.Identify(thread, descriptor, out FileId id) == 0 && emulation.Files.TryFind(id, out OpenFile file) ? file.Node.Path : null;
}
