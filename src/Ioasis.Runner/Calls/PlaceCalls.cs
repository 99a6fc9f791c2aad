using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers chdir, chroot and getcwd where the tree is concerned. A client's current directory in the tree is the stand-in, as after
/// fchdir(2): the kernel keeps it through fork and exec. Only the client itself can go there, so it is made to (<see cref="ForcedCall"/>).
/// </summary>
internal sealed unsafe class PlaceCalls(Emulation emulation, ClientPaths paths)
{
    public void Serve(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        switch (emulation.Table.CallOf(call.data.nr))
        {
            case GetCwd:
                ServeGetCwd(in call);
                break;
            case ChRoot:
                ServeChRoot(in call, paths.Find(call.pid, Linux.AT_FDCWD, arguments[0], follow: true));
                break;
            default:
                ServeChDir(in call, paths.Find(call.pid, Linux.AT_FDCWD, arguments[0], follow: true));
                break;
        }
    }

    private void ServeGetCwd(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        ReadOnlySpan<byte> shown = emulation.Material.IsMade ? paths.CurrentDirectory(call.pid) : default;
        if (shown.IsEmpty)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        byte* text = stackalloc byte[shown.Length + 1];
        shown.CopyTo(new Span<byte>(text, shown.Length));
        text[shown.Length] = 0;
        if (arguments[1] < (ulong)shown.Length + 1)
            emulation.Listener.Fail(in call, Linux.ERANGE);
        else if (CallMemory.Write(emulation.Listener, in call, arguments[0], text, shown.Length + 1))
            emulation.Listener.Return(in call, shown.Length + 1);
        else
            emulation.Listener.Fail(in call, Linux.EFAULT);
    }

    private void ServeChRoot(in seccomp_notif call, Place place)
    {
        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (!place.IsOurs && !place.IsDetour)
            emulation.Listener.Continue(in call);
        else
            emulation.Listener.Fail(in call, place.Node is { Kind: not PathKind.Directory } ? Linux.ENOTDIR : Linux.EPERM);
    }

    private void ServeChDir(in seccomp_notif call, Place place)
    {
        if (place.Error != 0)
        {
            emulation.Listener.Fail(in call, place.Error);
            return;
        }

        if (!place.IsOurs && !place.IsDetour)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        if (place.IsOurs && place.Node!.Kind != PathKind.Directory)
        {
            emulation.Listener.Fail(in call, Linux.ENOTDIR);
            return;
        }

        int number, error;
        using (ClientIdentity.Assume(place.IsDetour ? call.pid : Environment.ProcessId))
        using (Substitute file = place.IsDetour ? Substitute.OfHost(paths) : Substitute.Of(emulation.Material, place.Node!))
        {
            number = file.IsThere
                ? LibC.openat(Linux.AT_FDCWD, file.Path, Linux.O_RDONLY | Linux.O_CLOEXEC | emulation.Table.O_DIRECTORY)
                : -1;
            error = file.IsThere ? Substitute.ErrorOf(number) : Linux.EIO;
        }

        using var directory = new Descriptor(number);
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else
            ForcedCall.ChangeDirectory(emulation, in call, directory);
    }
}
