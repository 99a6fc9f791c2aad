using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers statfs and fstatfs: what is below /sys is in sysfs, and what is below /dev in a tmpfs, as devtmpfs says. Programs that look for
/// devices (libudev) take nothing else for sysfs.
/// </summary>
internal sealed unsafe class FilesystemCalls(Emulation emulation, ClientPaths paths)
{
    private const int Size = 120; // struct statfs of every 64-bit architecture

    public void Serve(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        Place place;
        if (emulation.Table.CallOf(call.data.nr) == Syscalls.Call.FStatFs)
        {
            // Whatever number it has: a text or a directory may have any.
            place = emulation.Material.IsMade || emulation.Files.Count != 0 ? paths.OfDescriptor(call.pid, (int)arguments[0]) : Place.Host;
            if (place.Node is { Kind: PathKind.Nameless })
                place = Place.Host;
        }
        else
        {
            place = paths.Find(call.pid, Linux.AT_FDCWD, arguments[0], follow: true);
        }

        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.IsDetour)
            AnswerHost(in call, arguments[1]);
        else if (place.IsOurs)
            Answer(in call, place.Node!, arguments[1]);
        else
            emulation.Listener.Continue(in call);
    }

    /// <summary>As the host's own filesystem of that kind, where it has one.</summary>
    private void Answer(in seccomp_notif call, PathNode node, ulong into)
    {
        byte* result = stackalloc byte[Size];
        long* words = (long*)result;
        new Span<byte>(result, Size).Clear();
        int found;
        fixed (byte* path = node.IsSysfs ? "/sys\0"u8 : "/dev\0"u8)
            found = LibC.statfs(path, result);
        words[0] = node.IsSysfs ? Linux.SYSFS_MAGIC : Linux.TMPFS_MAGIC;
        if (found != 0)
        {
            words[1] = words[9] = Environment.SystemPageSize;
            words[8] = PathWalk.LongestName;
        }

        Answer(in call, into, result);
    }

    private void AnswerHost(in seccomp_notif call, ulong into)
    {
        byte* result = stackalloc byte[Size];
        int error;
        using (ClientIdentity.Assume(call.pid))
            error = Substitute.ErrorOf(LibC.statfs(paths.HostPath, result));
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else
            Answer(in call, into, result);
    }

    private void Answer(in seccomp_notif call, ulong into, byte* result)
    {
        if (CallMemory.Write(emulation.Listener, in call, into, result, Size))
            emulation.Listener.Return(in call, 0);
        else
            emulation.Listener.Fail(in call, Linux.EFAULT);
    }
}
