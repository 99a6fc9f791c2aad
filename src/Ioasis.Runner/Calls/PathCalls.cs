using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers calls by path. A path of the machine description is answered; every other call continues as if nobody had asked.
/// </summary>
internal sealed unsafe class PathCalls(Emulation emulation, ClientPaths paths, DescriptorInstaller installer, NodeStat nodes)
{
    private readonly NodeOpen _open = new(emulation, installer);
    private readonly TaskOpen _taskOpen = new(emulation, installer);

    public void ServeOpen(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        switch (emulation.Table.CallOf(call.data.nr))
        {
            case Open:
                OpenAt(in call, Linux.AT_FDCWD, arguments[0], (int)arguments[1]);
                break;
            case Creat:
                OpenAt(in call, Linux.AT_FDCWD, arguments[0], Linux.O_CREAT | Linux.O_WRONLY | Linux.O_TRUNC);
                break;
            case OpenAt2:
                ulong* how = stackalloc ulong[3]; // flags, mode, resolve
                bool confined = arguments[3] < 24 || !CallMemory.Read(call.pid, arguments[2], how, 24)
                    || (how[2] & (Linux.RESOLVE_BENEATH | Linux.RESOLVE_IN_ROOT)) != 0;
                if (confined)
                    emulation.Listener.Continue(in call); // within a directory of ours, the real files there will do
                else
                    OpenAt(in call, (int)arguments[0], arguments[1], (int)how[0]);
                break;
            default:
                OpenAt(in call, (int)arguments[0], arguments[1], (int)arguments[2]);
                break;
        }
    }

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
        Place place = paths.Find(call.pid, directory, arguments[at], follow: false);
        ReadOnlySpan<byte> target;
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

    private void OpenAt(in seccomp_notif call, int directory, ulong path, int flags)
    {
        bool follow = (flags & emulation.Table.O_NOFOLLOW) == 0 && (flags & (Linux.O_CREAT | Linux.O_EXCL)) != (Linux.O_CREAT | Linux.O_EXCL);
        Place place = paths.Find(call.pid, directory, path, follow);
        if (place.File != TaskFile.None)
            _taskOpen.Answer(in call, place.File, place.Owner, flags);
        else if (TryGetNode(in call, place, out PathNode node))
            _open.Answer(in call, node, flags);
    }

    private void AnswerStat(in seccomp_notif call, int directory, ulong path, int flags, ulong into, bool extended)
    {
        bool follow = (flags & Linux.AT_SYMLINK_NOFOLLOW) == 0;
        Place place = paths.Find(call.pid, directory, path, follow, (flags & Linux.AT_EMPTY_PATH) != 0);
        if (TryGetLike(place, out ProcPath like))
        {
            int error = Files.Stat.Get(Linux.AT_FDCWD, like.Text, 0, out statx file);
            if (error == 0)
                nodes.Answer(in call, in file, into, extended);
            else
                emulation.Listener.Fail(in call, error);
            return;
        }

        if (!TryGetNode(in call, place, out PathNode node))
            return;
        if (extended)
            nodes.AnswerStatX(in call, node, into);
        else
            nodes.AnswerStat(in call, node, into);
    }

    /// <summary>Gives the node, or answers the call when there is none.</summary>
    private bool TryGetNode(in seccomp_notif call, Place place, out PathNode node)
    {
        node = place.Node!;
        bool isHostDirectory = place.Node is { Kind: PathKind.Directory, IsOwned: false };
        if (place.Node is not null && !isHostDirectory)
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
