using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers chmod, chown, utime and truncate in all their forms. Permissions, owners and times of a node are those of its stand-in, and
/// change there; who may change them is the kernel's to say.
/// </summary>
internal sealed unsafe class ChangeCalls(Emulation emulation, ClientPaths paths)
{
    private const int TimeBytes = 32; // two struct timespec or timeval; struct utimbuf is shorter

    public void Serve(in seccomp_notif call)
    {
        Syscalls.Call kind = emulation.Table.CallOf(call.data.nr);
        var arguments = new CallArguments(in call);
        bool isAt = kind is FChModAt or FChModAt2 or FChOwnAt or FUTimesAt or UTimensAt;
        int first = isAt ? 1 : 0;
        int flags = kind switch
        {
            FChModAt2 or UTimensAt => (int)arguments[3],
            FChOwnAt => (int)arguments[4],
            LChOwn => Linux.AT_SYMLINK_NOFOLLOW,
            _ => 0,
        };
        if ((flags & ~(Linux.AT_SYMLINK_NOFOLLOW | Linux.AT_EMPTY_PATH)) != 0 || arguments[first] == 0)
        {
            emulation.Listener.Continue(in call); // wrong, or of the descriptor itself
            return;
        }

        bool follow = (flags & Linux.AT_SYMLINK_NOFOLLOW) == 0;
        Place place = paths.Find(
            call.pid, isAt ? (int)arguments[0] : Linux.AT_FDCWD, arguments[first], follow, (flags & Linux.AT_EMPTY_PATH) != 0);
        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.IsDetour)
            Answer(in call, kind, null, first, follow);
        else if (place.IsOurs)
            Answer(in call, kind, place.Node!, first, follow);
        else
            emulation.Listener.Continue(in call);
    }

    /// <summary>The same on a descriptor of ours.</summary>
    public void ServeDescriptor(in seccomp_notif call, PathNode node)
    {
        Syscalls.Call kind = emulation.Table.CallOf(call.data.nr) == FChMod ? ChMod : ChOwn;
        Answer(in call, kind, node, 0, follow: true);
    }

    /// <param name="call">The call.</param>
    /// <param name="kind">Which.</param>
    /// <param name="node">What it is made on; null for a file of the host, by way of the tree.</param>
    /// <param name="at">The argument that has the path.</param>
    /// <param name="follow">A link at the end was followed.</param>
    private void Answer(in seccomp_notif call, Syscalls.Call kind, PathNode? node, int at, bool follow)
    {
        var arguments = new CallArguments(in call);
        if (kind == Truncate && node is not null)
        {
            Answer(in call, TruncateError(in call, node, (long)arguments[1]));
            return;
        }

        byte* times = stackalloc byte[TimeBytes];
        bool setsTimes = kind is UTime or UTimes or FUTimesAt or UTimensAt;
        if (setsTimes && arguments[at + 1] != 0 && !CallMemory.Read(call.pid, arguments[at + 1], times, kind == UTime ? 16 : TimeBytes))
        {
            emulation.Listener.Fail(in call, Linux.EFAULT);
            return;
        }

        using Substitute file = node is null ? Substitute.OfHost(paths) : Substitute.Of(emulation.Material, node);
        if (!file.IsThere)
        {
            emulation.Listener.Fail(in call, Linux.EIO); // the user has been told
            return;
        }

        if (node is { Kind: PathKind.Link } && kind is FChModAt2)
        {
            emulation.Listener.Fail(in call, Linux.EOPNOTSUPP);
            return;
        }

        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        // A link itself has no other name than its descriptor.
        bool byDescriptor = file.IsStandIn && node!.Kind == PathKind.Link;
        byte empty = 0;
        int directory = byDescriptor ? file.Descriptor : Linux.AT_FDCWD;
        byte* path = byDescriptor ? &empty : file.Path;
        int flags = byDescriptor ? Linux.AT_EMPTY_PATH : follow || file.IsStandIn ? 0 : Linux.AT_SYMLINK_NOFOLLOW;
        nint result = kind switch
        {
            ChMod or FChModAt or FChModAt2 => Make(FChModAt, directory, path, (nint)arguments[at + 1]),
            ChOwn or LChOwn or FChOwnAt => Make(FChOwnAt, directory, path, (nint)arguments[at + 1], (nint)arguments[at + 2], flags),
            Truncate => LibC.truncate(path, (long)arguments[1]),
            _ => SetTimes(kind, directory, path, arguments[at + 1] == 0 ? null : (long*)times, flags),
        };
        Answer(in call, Substitute.ErrorOf(result));
    }

    private nint SetTimes(Syscalls.Call kind, int directory, byte* path, long* times, int flags)
    {
        if (times is null || kind == UTimensAt)
            return Make(UTimensAt, directory, path, (nint)times, flags);
        long* given = stackalloc long[4];
        bool inSeconds = kind == UTime;
        for (int i = 0; i < 2; i++)
        {
            given[2 * i] = times[inSeconds ? i : 2 * i];
            long microseconds = inSeconds ? 0 : times[(2 * i) + 1];
            given[(2 * i) + 1] = microseconds is < 0 or >= 1_000_000 ? -1 : microseconds * 1000; // -1 is wrong there too
        }

        return Make(UTimensAt, directory, path, (nint)given, flags);
    }

    private nint Make(Syscalls.Call kind, int directory, byte* path, nint third, nint fourth = 0, nint fifth = 0) =>
        LibC.syscall(emulation.Table.NumberOf(kind), directory, (nint)path, third, fourth, fifth);

    /// <summary>Of an attribute of sysfs the length is no matter; a device has none.</summary>
    private static int TruncateError(in seccomp_notif call, PathNode node, long length)
    {
        if (length < 0)
            return Linux.EINVAL;
        if (node.Kind == PathKind.Directory)
            return Linux.EISDIR;
        if (node.Kind != PathKind.Text)
            return Linux.EINVAL;
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        return identity.IsRoot || (node.Mode & 0x92) != 0 ? 0 : Linux.EACCES; // 0222
    }

    private void Answer(in seccomp_notif call, int error)
    {
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else
            emulation.Listener.Return(in call, 0);
    }
}
