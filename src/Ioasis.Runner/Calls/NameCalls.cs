using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Syscalls;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers calls that make, remove and rename: mkdir, mknod, symlink, link, rmdir, unlink, rename. In directories of ours nobody can:
/// they are refused as sysfs refuses, to root and to others. What concerns the host only continues, or is made for the client where the
/// path led through the tree.
/// </summary>
internal sealed unsafe class NameCalls(Emulation emulation, ClientPaths paths, ClientPaths otherPaths)
{
    private const uint RegularByDefault = 0;

    public void Serve(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        Syscalls.Call kind = emulation.Table.CallOf(call.data.nr);
        switch (kind)
        {
            case MkDir or MkNod or MkDirAt or MkNodAt:
                ServeMake(in call, kind);
                break;
            case SymLink:
                ServeSymLink(in call, Linux.AT_FDCWD, arguments[0], arguments[1]);
                break;
            case SymLinkAt:
                ServeSymLink(in call, (int)arguments[1], arguments[0], arguments[2]);
                break;
            case RmDir:
                ServeRemove(in call, Linux.AT_FDCWD, arguments[0], Linux.AT_REMOVEDIR);
                break;
            case Unlink:
                ServeRemove(in call, Linux.AT_FDCWD, arguments[0], 0);
                break;
            case UnlinkAt:
                ServeRemove(in call, (int)arguments[0], arguments[1], (int)arguments[2]);
                break;
            case Link or Rename:
                ServeTwo(in call, kind, Linux.AT_FDCWD, arguments[0], Linux.AT_FDCWD, arguments[1], 0);
                break;
            default:
                int flags = kind == RenameAt ? 0 : (int)arguments[4];
                ServeTwo(in call, kind, (int)arguments[0], arguments[1], (int)arguments[2], arguments[3], flags);
                break;
        }
    }

    private void ServeMake(in seccomp_notif call, Syscalls.Call kind)
    {
        var arguments = new CallArguments(in call);
        bool isAt = kind is MkDirAt or MkNodAt;
        int at = isAt ? 1 : 0;
        bool isDirectory = kind is MkDir or MkDirAt;
        uint mode = (uint)arguments[at + 1];
        Place place = paths.Find(call.pid, isAt ? (int)arguments[0] : Linux.AT_FDCWD, arguments[at], follow: false);
        if (!isDirectory && (mode & Linux.S_IFMT) == Linux.S_IFCHR && emulation.Tree.HasDevice((uint)arguments[at + 2]))
            emulation.HasNodesElsewhere = true;
        if (TryRefuseNew(in call, place, isDirectory || (mode & Linux.S_IFMT) is not (Linux.S_IFREG or RegularByDefault) ? Linux.EPERM : Linux.EACCES))
            return;
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        uint left = mode & ~ProcessStatus.Mask(call.pid);
        int error = isDirectory
            ? Substitute.ErrorOf(LibC.mkdirat(Linux.AT_FDCWD, paths.HostPath, left))
            : Substitute.ErrorOf(LibC.syscall(emulation.Table.NumberOf(MkNodAt), Linux.AT_FDCWD, (nint)paths.HostPath, (nint)left, (nint)arguments[at + 2], 0));
        Answer(in call, error);
    }

    private void ServeSymLink(in seccomp_notif call, int directory, ulong target, ulong path)
    {
        byte* text = stackalloc byte[4096];
        int length = CallMemory.ReadText(call.pid, target, text, 4096);
        if (length <= 0)
        {
            emulation.Listener.Continue(in call); // the kernel says what is wrong
            return;
        }

        Place place = paths.Find(call.pid, directory, path, follow: false);
        if (place.Error == 0 && !place.IsOurs && LeadsHere(new ReadOnlySpan<byte>(text, length)))
            emulation.LinksLeadHere = true;
        if (TryRefuseNew(in call, place, Linux.EPERM))
            return;
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        Answer(in call, Substitute.ErrorOf(LibC.symlinkat(text, Linux.AT_FDCWD, paths.HostPath)));
    }

    /// <summary>A link may lead to a path of ours when it names one of the two directories that those are below, or climbs.</summary>
    private static bool LeadsHere(ReadOnlySpan<byte> target)
    {
        if (target[0] != '/')
            return PathTree.MayHold(target) || ((target.StartsWith("dev"u8) || target.StartsWith("sys"u8)) && (target.Length == 3 || target[3] == '/'));
        return PathTree.MayHold(target);
    }

    private void ServeRemove(in seccomp_notif call, int directory, ulong path, int flags)
    {
        if ((flags & ~Linux.AT_REMOVEDIR) != 0)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        Place place = paths.Find(call.pid, directory, path, follow: false);
        bool wantsDirectory = flags != 0;
        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.IsOurs && place.Last != LastName.Normal)
            emulation.Listener.Fail(in call, !wantsDirectory ? Linux.EISDIR : place.Last == LastName.Dot ? Linux.EINVAL : Linux.ENOTEMPTY);
        else if (place.IsOurs)
            emulation.Listener.Fail(in call, RemoveError(in call, place.Node!, wantsDirectory));
        else if (place.IsDetour)
        {
            using ClientIdentity identity = ClientIdentity.Assume(call.pid);
            Answer(in call, Substitute.ErrorOf(LibC.unlinkat(Linux.AT_FDCWD, paths.HostPath, flags)));
        }
        else
            emulation.Listener.Continue(in call);
    }

    private static int RemoveError(in seccomp_notif call, PathNode node, bool wantsDirectory)
    {
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        bool isDirectory = node.Kind == PathKind.Directory;
        return !identity.IsRoot ? Linux.EACCES
            : isDirectory == wantsDirectory ? Linux.EPERM
            : wantsDirectory ? Linux.ENOTDIR : Linux.EISDIR;
    }

    private void ServeTwo(
        in seccomp_notif call, Syscalls.Call kind, int fromDirectory, ulong from, int toDirectory, ulong to, int flags)
    {
        bool links = kind is Link or LinkAt;
        int known = links ? Linux.AT_SYMLINK_FOLLOW | Linux.AT_EMPTY_PATH : 7; // RENAME_NOREPLACE, _EXCHANGE, _WHITEOUT
        if ((flags & ~known) != 0)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        bool follow = links && (flags & Linux.AT_SYMLINK_FOLLOW) != 0;
        Place old = paths.Find(call.pid, fromDirectory, from, follow, links && (flags & Linux.AT_EMPTY_PATH) != 0);
        Place made = otherPaths.Find(call.pid, toDirectory, to, follow: false);
        if (!old.IsOurs && !made.IsOurs && !old.IsDetour && !made.IsDetour && old.Error == 0 && made.Error == 0)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        int error = links ? LinkError(in call, old, made) : RenameError(in call, old, made);
        if (error != 0)
        {
            emulation.Listener.Fail(in call, error);
            return;
        }

        // Both are the host's, and one of them is reached by way of the tree.
        if (!paths.TryFindHost(call.pid) || !otherPaths.TryFindHost(call.pid))
        {
            emulation.Listener.Fail(in call, Linux.EXDEV);
            return;
        }

        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        int number = emulation.Table.NumberOf(links ? LinkAt : RenameAt2);
        nint result = LibC.syscall(
            number, Linux.AT_FDCWD, (nint)paths.HostPath, Linux.AT_FDCWD, (nint)otherPaths.HostPath, links ? flags & ~Linux.AT_EMPTY_PATH : flags);
        Answer(in call, Substitute.ErrorOf(result));
    }

    /// <returns>0 when both are the host's.</returns>
    private int RenameError(in seccomp_notif call, Place old, Place made)
    {
        // First the directories that the names are in, then whether both are in one filesystem, then the names.
        if (old.Error != 0 && old.Parent is null)
            return old.Error;
        if (made.Error != 0 && made.Parent is null)
            return made.Error;
        if (!old.IsOurs && !made.IsOurs)
            return 0;
        if (Filesystem(old, paths) != Filesystem(made, otherPaths))
            return Linux.EXDEV;
        if (old.Last != LastName.Normal || made.Last != LastName.Normal)
            return Linux.EBUSY;
        if (old.Error != 0)
            return old.Error;
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        return identity.IsRoot ? Linux.EPERM : Linux.EACCES;
    }

    /// <returns>0 when both are the host's.</returns>
    private int LinkError(in seccomp_notif call, Place old, Place made)
    {
        if (old.Error != 0)
            return old.Error;
        if (made.Error != 0 && made.Parent is null)
            return made.Error;
        if (made.IsOurs && made.Parent is null)
            return Linux.EEXIST;
        if (!old.IsOurs && !made.IsOurs)
            return 0;
        if (!old.IsOurs)
        {
            int missing = paths.HostError(call.pid);
            if (missing != 0)
                return missing;
        }

        return Filesystem(old, paths) != Filesystem(made, otherPaths) ? Linux.EXDEV : Linux.EPERM;
    }

    /// <summary>'d' for /dev, 's' for /sys, 0 for any other.</summary>
    private static char Filesystem(Place place, ClientPaths paths)
    {
        if (place.IsOurs)
            return (place.Parent ?? place.Node!).IsSysfs ? 's' : 'd';
        ReadOnlySpan<byte> path = paths.Absolute;
        return path.StartsWith("/dev/"u8) ? 'd' : path.StartsWith("/sys/"u8) ? 's' : '\0';
    }

    /// <summary>Answers a call that makes a new name, unless the host is to have it.</summary>
    /// <returns>False when the call is to be made for the client, at <see cref="ClientPaths.HostPath"/>.</returns>
    private bool TryRefuseNew(in seccomp_notif call, Place place, int toRoot)
    {
        if (place.Parent is not null)
        {
            using ClientIdentity identity = ClientIdentity.Assume(call.pid);
            emulation.Listener.Fail(in call, identity.IsRoot ? toRoot : Linux.EACCES);
            return true;
        }

        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.IsOurs)
            emulation.Listener.Fail(in call, Linux.EEXIST);
        else if (!place.IsDetour)
            emulation.Listener.Continue(in call);
        else
            return false;
        return true;
    }

    private void Answer(in seccomp_notif call, int error)
    {
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else
            emulation.Listener.Return(in call, 0);
    }
}
