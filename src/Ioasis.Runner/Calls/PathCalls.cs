using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers calls by path. A path of the machine description is answered; every other call continues as if nobody had asked.
/// </summary>
internal sealed unsafe class PathCalls(Emulation emulation, ClientPaths paths, DescriptorInstaller installer, NodeStat nodes, NodeOpen open)
{
    private readonly NodeOpen _open = open;
    private readonly TaskOpen _taskOpen = new(emulation, installer);

    public void ServeOpen(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        switch (emulation.Table.CallOf(call.data.nr))
        {
            case Open:
                OpenAt(in call, Linux.AT_FDCWD, arguments[0], (int)arguments[1], (uint)arguments[2]);
                break;
            case Creat:
                OpenAt(in call, Linux.AT_FDCWD, arguments[0], Linux.O_CREAT | Linux.O_WRONLY | Linux.O_TRUNC, (uint)arguments[1]);
                break;
            case OpenAt2:
                ServeOpenAt2(in call);
                break;
            default:
                OpenAt(in call, (int)arguments[0], arguments[1], (int)arguments[2], (uint)arguments[3]);
                break;
        }
    }

    /// <summary>What is wrong with the arguments the kernel finds before it looks for a file: it is asked then.</summary>
    private void ServeOpenAt2(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        ulong* how = stackalloc ulong[3]; // flags, mode, resolve
        int size = (int)Math.Min(arguments[3], int.MaxValue);
        if (size < 24 || size > Environment.SystemPageSize || !CallMemory.Read(call.pid, arguments[2], how, 24)
            || !CallMemory.IsZero(call.pid, arguments[2] + 24, size - 24) || !IsRightHow(how[0], how[1], how[2]))
        {
            emulation.Listener.Continue(in call);
            return;
        }

        int flags = (int)how[0];
        if (how[2] == 0)
            OpenAt(in call, (int)arguments[0], arguments[1], flags, (uint)how[1]);
        else
            AnswerOpen(in call, paths.FindWithin(call.pid, (int)arguments[0], arguments[1], Follows(flags), how[2]), flags, (uint)how[1]);
    }

    private bool IsRightHow(ulong flags, ulong mode, ulong resolve)
    {
        const ulong KnownFlags = 0x7fffc3, KnownResolve = 0x3f, Both = Linux.RESOLVE_BENEATH | Linux.RESOLVE_IN_ROOT, Permissions = 0xfff;
        const int Temporary = Syscalls.SyscallTable.O_TMPFILE;
        ulong withPath = (ulong)(Linux.O_PATH | Linux.O_CLOEXEC | emulation.Table.O_DIRECTORY | emulation.Table.O_NOFOLLOW);
        bool makes = (flags & (Linux.O_CREAT | Temporary)) != 0;
        return (flags & ~KnownFlags) == 0 && (resolve & ~KnownResolve) == 0 && (resolve & Both) != Both
            && ((flags & Linux.O_PATH) == 0 || (flags & ~withPath) == 0) && (makes ? (mode & ~Permissions) == 0 : mode == 0);
    }

    private bool Follows(int flags) =>
        (flags & emulation.Table.O_NOFOLLOW) == 0 && (flags & (Linux.O_CREAT | Linux.O_EXCL)) != (Linux.O_CREAT | Linux.O_EXCL);

    public void ServeStat(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        switch (emulation.Table.CallOf(call.data.nr))
        {
            case Syscalls.Call.Stat:
                AnswerStat(in call, Linux.AT_FDCWD, arguments[0], 0, arguments[1], extended: false);
                break;
            case LStat:
                AnswerStat(in call, Linux.AT_FDCWD, arguments[0], Linux.AT_SYMLINK_NOFOLLOW, arguments[1], extended: false);
                break;
            case StatX:
                AnswerStat(in call, (int)arguments[0], arguments[1], (int)arguments[2], arguments[4], extended: true);
                break;
            default:
                AnswerStat(in call, (int)arguments[0], arguments[1], (int)arguments[3], arguments[2], extended: false);
                break;
        }
    }

    public void ServeAccess(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        Syscalls.Call kind = emulation.Table.CallOf(call.data.nr);
        bool byPath = kind == Access;
        int flags = kind == FAccessAt2 ? (int)arguments[3] : 0;
        int mode = (int)arguments[byPath ? 1 : 2];
        bool follow = (flags & Linux.AT_SYMLINK_NOFOLLOW) == 0;
        Place place = paths.Find(
            call.pid, byPath ? Linux.AT_FDCWD : (int)arguments[0], arguments[byPath ? 0 : 1], follow, (flags & Linux.AT_EMPTY_PATH) != 0);
        if (TryGetLike(place, out ProcPath like))
        {
            Answer(in call, AccessError(Linux.AT_FDCWD, like.Text, mode));
            return;
        }

        if (place.IsDetour)
        {
            using ClientIdentity identity = ClientIdentity.Assume(call.pid);
            Answer(in call, AccessError(Linux.AT_FDCWD, paths.HostPath, mode));
            return;
        }

        if (!TryGetNode(in call, place, out PathNode node))
            return;
        int error = (mode & ~(Linux.R_OK | Linux.W_OK | Linux.X_OK)) != 0 ? Linux.EINVAL : AccessError(node, mode);
        Answer(in call, error);
    }

    public void ServeReadLink(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        bool byPath = emulation.Table.CallOf(call.data.nr) == ReadLink;
        int directory = byPath ? Linux.AT_FDCWD : (int)arguments[0];
        int at = byPath ? 0 : 1;
        Place place = paths.Find(call.pid, directory, arguments[at], follow: false, emptyMeansDescriptor: true);
        ReadOnlySpan<byte> target;
        if (place.IsDetour)
        {
            byte* text = stackalloc byte[4096];
            nint length;
            int error;
            using (ClientIdentity.Assume(call.pid))
            {
                length = LibC.readlinkat(Linux.AT_FDCWD, paths.HostPath, text, 4096);
                error = Substitute.ErrorOf(length);
            }

            if (error != 0)
                emulation.Listener.Fail(in call, error);
            else
                AnswerText(in call, new ReadOnlySpan<byte>(text, (int)length), arguments[at + 1], (int)arguments[at + 2]);
            return;
        }

        if (place.File == TaskFile.FailNth)
        {
            emulation.Listener.Fail(in call, Linux.EINVAL);
            return;
        }

        if (place.Owner != 0 && place.File == TaskFile.None)
        {
            target = paths.NameOfDescriptor(place.Owner, place.Descriptor);
            if (target.IsEmpty)
            {
                emulation.Listener.Continue(in call);
                return;
            }
        }
        else
        {
            if (!TryGetNode(in call, place, out PathNode node))
                return;
            if (node.Kind != PathKind.Link)
            {
                emulation.Listener.Fail(in call, Linux.EINVAL);
                return;
            }

            target = System.Text.Encoding.UTF8.GetBytes(node.Target);
        }

        AnswerText(in call, target, arguments[at + 1], (int)arguments[at + 2]);
    }

    private void OpenAt(in seccomp_notif call, int directory, ulong path, int flags, uint mode) =>
        AnswerOpen(in call, paths.Find(call.pid, directory, path, Follows(flags)), flags, mode);

    private void AnswerOpen(in seccomp_notif call, Place place, int flags, uint mode)
    {
        bool creates = (flags & (Linux.O_CREAT | Linux.O_PATH)) == Linux.O_CREAT;
        TellOfAbsent(in call, "open", place);
        if (place.File != TaskFile.None)
            _taskOpen.Answer(in call, place.File, place.Owner, flags);
        else if (place.Parent is not null && creates)
            emulation.Listener.Fail(in call, Linux.EACCES); // nobody can make files here
        else if (place.IsOurs && place.Error == 0)
            _open.Answer(in call, place.Node!, flags);
        else if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.Node is { HasOwn: true } shared && IsListed(flags) && _open.TryAnswerShared(in call, shared, flags))
            return;
        else if (place.IsDetour)
            _open.AnswerHost(in call, paths.HostPath, flags, mode);
        else if (emulation.HasNodesElsewhere && (flags & Linux.O_PATH) == 0 && FindElsewhere(in call, flags) is { } device)
            _open.Answer(in call, device, flags);
        else
            emulation.Listener.Continue(in call);
    }

    /// <summary>Whether a directory that is opened so can be listed.</summary>
    private static bool IsListed(int flags) =>
        (flags & (Linux.O_PATH | Linux.O_CREAT | Linux.O_TRUNC | Syscalls.SyscallTable.O_TMPFILE | Linux.O_ACCMODE)) == 0;

    /// <summary>The device of ours whose numbers a node of the host has: mknod(2) makes such, wherever it is allowed.</summary>
    private PathNode? FindElsewhere(in seccomp_notif call, int flags)
    {
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        if (!paths.TryFindHost(call.pid)
            || Files.Stat.Get(Linux.AT_FDCWD, paths.HostPath, Follows(flags) ? 0 : Linux.AT_SYMLINK_NOFOLLOW, out statx file) != 0
            || (file.stx_mode & Linux.S_IFMT) != Linux.S_IFCHR)
        {
            return null;
        }

        return emulation.Tree.FindDevice(Syscalls.StatLayout.DeviceNumber(file.stx_rdev_major, file.stx_rdev_minor));
    }

    private void AnswerStat(in seccomp_notif call, int directory, ulong path, int flags, ulong into, bool extended)
    {
        bool follow = (flags & Linux.AT_SYMLINK_NOFOLLOW) == 0;
        Place place = paths.Find(call.pid, directory, path, follow, (flags & Linux.AT_EMPTY_PATH) != 0);
        TellOfAbsent(in call, "stat", place);
        if (TryGetLike(place, out ProcPath like))
        {
            int error = Files.Stat.Get(Linux.AT_FDCWD, like.Text, 0, out statx file);
            if (error == 0)
                nodes.Answer(in call, in file, into, extended);
            else
                emulation.Listener.Fail(in call, error);
            return;
        }

        if (place.IsDetour)
        {
            AnswerHostStat(in call, follow, into, extended);
            return;
        }

        if (!TryGetNode(in call, place, out PathNode node))
            return;
        if (extended)
            nodes.AnswerStatX(in call, node, into);
        else
            nodes.AnswerStat(in call, node, into);
    }

    private void AnswerHostStat(in seccomp_notif call, bool follow, ulong into, bool extended)
    {
        int error;
        statx file;
        using (ClientIdentity.Assume(call.pid))
            error = Files.Stat.Get(Linux.AT_FDCWD, paths.HostPath, follow ? 0 : Linux.AT_SYMLINK_NOFOLLOW, out file);
        if (error == 0)
            nodes.Answer(in call, in file, into, extended);
        else
            emulation.Listener.Fail(in call, error);
    }

    private void TellOfAbsent(in seccomp_notif call, string name, Place place)
    {
        if (place.Error == Linux.ENOENT && emulation.Explainer.Listens)
            emulation.Explainer.PathAbsent(call.pid, name, System.Text.Encoding.UTF8.GetString(paths.Absolute), emulation.Tree.Root);
    }

    /// <summary>Gives the node, or answers the call when there is none.</summary>
    private bool TryGetNode(in seccomp_notif call, Place place, out PathNode node)
    {
        node = place.Node!;
        if (place.IsOurs && place.Error == 0)
            return true;
        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else
            emulation.Listener.Continue(in call);
        return false;
    }

    private int AccessError(PathNode node, int mode)
    {
        if (node.Kind is PathKind.Device or PathKind.Nameless)
            return (mode & Linux.X_OK) != 0 ? Linux.EACCES : 0;
        if (!emulation.Material.TryStandOf(node, out StandIn? stand))
            return 0;
        fixed (byte* path = stand.Path)
            return AccessError(emulation.Material.Root, path, mode);
    }

    private static int AccessError(int directory, byte* path, int mode) =>
        LibC.faccessat(directory, path, mode, 0) == 0 ? 0 : System.Runtime.InteropServices.Marshal.GetLastPInvokeError();

    /// <summary>The host's file in /proc that a file of ours there is like.</summary>
    private static bool TryGetLike(Place place, out ProcPath like)
    {
        like = place.File == TaskFile.FailNth ? TaskOpen.LikeFailNth(place.Owner) : default;
        return place.File == TaskFile.FailNth;
    }

    private void AnswerText(in seccomp_notif call, ReadOnlySpan<byte> text, ulong into, int room)
    {
        if (room <= 0)
        {
            emulation.Listener.Fail(in call, Linux.EINVAL);
            return;
        }

        int length = Math.Min(text.Length, room);
        fixed (byte* from = text)
        {
            if (CallMemory.Write(emulation.Listener, in call, into, from, length))
                emulation.Listener.Return(in call, length);
            else
                emulation.Listener.Fail(in call, Linux.EFAULT);
        }
    }

    private void Answer(in seccomp_notif call, int error)
    {
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else
            emulation.Listener.Return(in call, 0);
    }
}
