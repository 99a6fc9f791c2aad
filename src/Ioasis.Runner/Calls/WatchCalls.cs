using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Syscalls;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers inotify and fanotify on paths of ours (what is watched is the stand-in), and refuses what cannot be had of them: handles, and
/// mounts of or on them.
/// </summary>
internal sealed unsafe class WatchCalls(Emulation emulation, ClientPaths paths, ClientPaths otherPaths, NodeOpen open)
{
    private const int LongestSocketPath = 108;

    public void Serve(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        switch (emulation.Table.CallOf(call.data.nr))
        {
            case INotifyAddWatch:
                uint mask = (uint)arguments[2];
                ServeWatch(in call, paths.Find(call.pid, Linux.AT_FDCWD, arguments[1], (mask & Linux.IN_DONT_FOLLOW) == 0));
                break;
            case FANotifyMark:
                const uint DontFollow = 4; // FAN_MARK_DONT_FOLLOW
                if (arguments[4] == 0)
                    emulation.Listener.Continue(in call);
                else
                    ServeMark(in call, paths.Find(call.pid, (int)arguments[3], arguments[4], ((uint)arguments[1] & DontFollow) == 0));
                break;
            case NameToHandleAt:
                const int Known = Linux.AT_SYMLINK_FOLLOW | Linux.AT_EMPTY_PATH | 0x203; // AT_HANDLE_*
                int flags = (int)arguments[4];
                if ((flags & ~Known) != 0)
                    emulation.Listener.Continue(in call);
                else
                    Refuse(in call, Linux.EOPNOTSUPP, paths.Find(
                        call.pid, (int)arguments[0], arguments[1], (flags & Linux.AT_SYMLINK_FOLLOW) != 0, (flags & Linux.AT_EMPTY_PATH) != 0));
                break;
            case OpenTree:
                ServeOpenTree(in call);
                break;
            case UMount2:
                Refuse(in call, IsRoot(in call) ? Linux.EINVAL : Linux.EPERM, paths.Find(call.pid, Linux.AT_FDCWD, arguments[0], follow: true));
                break;
            case Mount:
                ServeMount(in call);
                break;
            case MoveMount:
                Refuse(in call, Linux.EPERM, paths.Find(call.pid, (int)arguments[0], arguments[1], follow: false),
                    otherPaths.Find(call.pid, (int)arguments[2], arguments[3], follow: true));
                break;
            default:
                ServeAddress(in call);
                break;
        }
    }

    private void ServeMount(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        const ulong Bind = 4096;
        Place target = paths.Find(call.pid, Linux.AT_FDCWD, arguments[1], follow: true);
        Place source = (arguments[3] & Bind) != 0 ? otherPaths.Find(call.pid, Linux.AT_FDCWD, arguments[0], follow: true) : Place.Host;
        Refuse(in call, Linux.EPERM, target, source);
    }

    private void ServeOpenTree(in seccomp_notif call)
    {
        const uint Known = Linux.OPEN_TREE_CLONE | Linux.O_CLOEXEC | Linux.AT_SYMLINK_NOFOLLOW | Linux.AT_EMPTY_PATH | Linux.AT_NO_AUTOMOUNT | Linux.AT_RECURSIVE;
        var arguments = new CallArguments(in call);
        uint flags = (uint)arguments[2];
        bool clones = (flags & Linux.OPEN_TREE_CLONE) != 0;
        if ((flags & ~Known) != 0 || (!clones && (flags & Linux.AT_RECURSIVE) != 0))
        {
            emulation.Listener.Continue(in call);
            return;
        }

        bool follow = (flags & Linux.AT_SYMLINK_NOFOLLOW) == 0;
        Place place = paths.Find(call.pid, (int)arguments[0], arguments[1], follow, (flags & Linux.AT_EMPTY_PATH) != 0);
        if (clones || place.Error != 0 || !place.IsOurs)
            Refuse(in call, Linux.EPERM, place);
        else
            open.Answer(in call, place.Node!, Linux.O_PATH | (int)(flags & Linux.O_CLOEXEC) | (follow ? 0 : emulation.Table.O_NOFOLLOW));
    }

    private void ServeWatch(in seccomp_notif call, Place place)
    {
        const uint Events = 0xfff, OnlyDirectory = 0x01000000;
        var arguments = new CallArguments(in call);
        uint mask = (uint)arguments[2];
        if (place.Error == 0 && place.IsOurs && ((mask & Events) == 0 || ((mask & OnlyDirectory) != 0 && place.Node!.Kind != PathKind.Directory)))
        {
            emulation.Listener.Fail(in call, (mask & Events) == 0 ? Linux.EINVAL : Linux.ENOTDIR);
            return;
        }

        if (!TryTake(in call, place, out Descriptor copy))
            return;
        using (copy)
        using (Substitute file = place.IsDetour ? Substitute.OfHost(paths) : Substitute.Of(emulation.Material, place.Node!))
        {
            if (!file.IsThere)
            {
                emulation.Listener.Fail(in call, Linux.EIO); // the user has been told
                return;
            }

            using ClientIdentity identity = ClientIdentity.Assume(call.pid);
            int watch = LibC.inotify_add_watch(copy, file.Path, mask & ~(file.IsStandIn ? Linux.IN_DONT_FOLLOW | OnlyDirectory : 0));
            Answer(in call, watch);
        }
    }

    private void ServeMark(in seccomp_notif call, Place place)
    {
        const uint OnlyDirectory = 8, DontFollow = 4; // FAN_MARK_*
        var arguments = new CallArguments(in call);
        if (!TryTake(in call, place, out Descriptor copy))
            return;
        using (copy)
        using (Substitute file = place.IsDetour ? Substitute.OfHost(paths) : Substitute.Of(emulation.Material, place.Node!))
        {
            if (!file.IsThere || !IsRoot(in call))
            {
                emulation.Listener.Fail(in call, file.IsThere ? Linux.EPERM : Linux.EIO);
                return;
            }

            uint flags = (uint)arguments[1] & ~(file.IsStandIn ? OnlyDirectory | DontFollow : 0);
            Answer(in call, LibC.syscall(
                emulation.Table.NumberOf(FANotifyMark), copy.Number, (nint)flags, (nint)arguments[2], Linux.AT_FDCWD, (nint)file.Path));
        }
    }

    /// <summary>A copy of the client's descriptor in the first argument, for a path that is ours to answer; else answers.</summary>
    private bool TryTake(in seccomp_notif call, Place place, out Descriptor copy)
    {
        copy = null!;
        var arguments = new CallArguments(in call);
        if (place.Error != 0)
        {
            emulation.Listener.Fail(in call, place.Error);
            return false;
        }

        if (!place.IsOurs && !place.IsDetour)
        {
            emulation.Listener.Continue(in call);
            return false;
        }

        copy = DescriptorCopy.Of(call.pid, (int)arguments[0]);
        if (!copy.IsInvalid)
            return true;
        copy.Dispose();
        bool isOpen = ProcessTable.Identify(call.pid, (int)arguments[0], out _) == 0;
        emulation.Listener.Fail(in call, isOpen ? Linux.EACCES : Linux.EBADF);
        return false;
    }

    /// <summary>connect and bind of AF_UNIX sockets: nothing of ours is a socket.</summary>
    private void ServeAddress(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        byte* address = stackalloc byte[LongestSocketPath + 3];
        int length = (int)Math.Min(arguments[2], LongestSocketPath + 2);
        if (length < 4 || !CallMemory.Read(call.pid, arguments[1], address, length) || *(ushort*)address != Linux.AF_UNIX || address[2] == 0)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        address[length] = 0;
        bool binds = emulation.Table.CallOf(call.data.nr) == Bind;
        Place place = paths.Find(call.pid, new ReadOnlySpan<byte>(address + 2, length - 1), follow: !binds);
        if (place.Parent is not null && binds)
            emulation.Listener.Fail(in call, IsRoot(in call) ? Linux.EPERM : Linux.EACCES);
        else if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.IsOurs)
            emulation.Listener.Fail(in call, binds ? Linux.EADDRINUSE : IsRoot(in call) || MayWrite(place.Node!) ? Linux.ECONNREFUSED : Linux.EACCES);
        else
            Refuse(in call, Linux.ECONNREFUSED, place);
    }

    private static bool MayWrite(PathNode node) => (node.Mode & 2) != 0;

    /// <summary>Refuses what is on a path of ours; the kernel answers the rest, but cannot reach a detour.</summary>
    private void Refuse(in seccomp_notif call, int error, Place place, Place other = default)
    {
        if (place.Error != 0 || other.Error != 0)
            emulation.Listener.Fail(in call, place.Error != 0 ? place.Error : other.Error);
        else if (place.IsOurs || other.IsOurs || place.IsDetour || other.IsDetour)
            emulation.Listener.Fail(in call, error);
        else
            emulation.Listener.Continue(in call);
    }

    private static bool IsRoot(in seccomp_notif call)
    {
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        return identity.IsRoot;
    }

    private void Answer(in seccomp_notif call, nint result)
    {
        int error = Substitute.ErrorOf(result);
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else
            emulation.Listener.Return(in call, result);
    }
}
