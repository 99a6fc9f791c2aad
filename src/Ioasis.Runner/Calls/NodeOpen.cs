using System.Runtime.InteropServices;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Files;
using Ioasis.Runner.Folders;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>Answers open(2) and its kin for a node of the tree.</summary>
/// <remarks>
/// No descriptor with O_PATH can be installed in another process. Whoever asks for one gets an ordinary descriptor of the stand-in: good
/// enough as a starting point of other paths, to stat, and to open again. Those of nodes and links are recognised by their number, and
/// behave as with O_PATH; of directories and texts they are as without.
/// </remarks>
internal sealed unsafe class NodeOpen(Emulation emulation, DescriptorInstaller installer)
{
    public void Answer(in seccomp_notif call, PathNode node, int flags)
    {
        bool creates = (flags & Linux.O_CREAT) != 0;
        bool onlyPath = (flags & Linux.O_PATH) != 0;
        bool wantsDirectory = (flags & emulation.Table.O_DIRECTORY) != 0;
        if (!onlyPath && creates && (flags & Linux.O_EXCL) != 0)
            emulation.Listener.Fail(in call, Linux.EEXIST);
        else if (node.Kind == PathKind.Nameless)
            emulation.Listener.Fail(in call, Linux.ENXIO); // by way of /proc
        else if (node.Kind == PathKind.Link)
            OpenLink(in call, node, flags); // O_NOFOLLOW
        else if (wantsDirectory && node.Kind != PathKind.Directory)
            emulation.Listener.Fail(in call, Linux.ENOTDIR);
        else if (node.Kind == PathKind.Directory && !onlyPath && (flags & Syscalls.SyscallTable.O_TMPFILE) != 0)
            emulation.Listener.Fail(in call, TemporaryError(in call, flags));
        else if (node.Kind == PathKind.Directory && !onlyPath && (creates || (flags & Linux.O_ACCMODE) != Linux.O_RDONLY))
            emulation.Listener.Fail(in call, Linux.EISDIR);
        else if (node.Device is { } device && !onlyPath)
            OpenDevice(in call, node, device, flags);
        else if (node.Attribute is { } attribute && !onlyPath)
            OpenAttribute(in call, node, attribute, flags);
        else
            OpenStandIn(in call, node, flags);
    }

    private void OpenDevice(in seccomp_notif call, PathNode node, EmulatedDevice device, int flags)
    {
        emulation.Files.Settle(new ReleaseScope(node.Path));
        Reason why = default;
        Errno errno = device.Open(out DeviceFile? file, ref why);
        Install(in call, node, flags, errno, file, ref why);
    }

    private void OpenAttribute(in seccomp_notif call, PathNode node, EmulatedAttribute attribute, int flags)
    {
        emulation.Files.Settle(new ReleaseScope(node.Path)); // and what was written and not seen before
        int mode = flags & Linux.O_ACCMODE;
        Reason why = default;
        Errno errno = attribute.Open(mode != Linux.O_WRONLY, mode != Linux.O_RDONLY, out DeviceFile? file, ref why);
        Install(in call, node, flags, errno, file, ref why);
    }

    /// <summary>Answers with a descriptor of what was opened, or with why it was not.</summary>
    private void Install(in seccomp_notif call, PathNode node, int flags, Errno errno, DeviceFile? file, ref Reason why)
    {
        if (errno.Succeeded && file is not null)
        {
            using Descriptor? descriptor = emulation.Files.Add(call.pid, file, node, flags, out OpenFile? open, ref why);
            if (descriptor is not null)
            {
                if (emulation.Explainer.ListensToAll)
                    emulation.Explainer.CallEnded(call.pid, $"open({node.Path})", errno, in why);
                // Closing ours is the last close when it could not be installed, and releases the file as any last close does.
                installer.InstallInRange(in call, descriptor, 0, (flags & Linux.O_CLOEXEC) != 0, open);
                return;
            }

            file.Release();
            errno = why.Again();
        }

        emulation.Explainer.CallEnded(call.pid, $"open({node.Path})", errno, in why);
        emulation.Listener.Fail(in call, (int)errno.Code);
    }

    /// <summary>A file without a name in a directory of ours: nobody can make one, as in sysfs.</summary>
    private static int TemporaryError(in seccomp_notif call, int flags)
    {
        if ((flags & Linux.O_ACCMODE) == Linux.O_RDONLY)
            return Linux.EINVAL;
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        return identity.IsRoot ? Linux.EOPNOTSUPP : Linux.EACCES;
    }

    private void OpenLink(in seccomp_notif call, PathNode node, int flags)
    {
        if ((flags & Linux.O_PATH) == 0)
        {
            emulation.Listener.Fail(in call, Linux.ELOOP);
            return;
        }

        if ((flags & emulation.Table.O_DIRECTORY) != 0)
        {
            emulation.Listener.Fail(in call, Linux.ENOTDIR);
            return;
        }

        using Descriptor? mark = emulation.Material.OpenLink(node);
        if (mark is null)
            emulation.Listener.Fail(in call, Linux.EIO);
        else
            installer.InstallInRange(in call, mark, 0, (flags & Linux.O_CLOEXEC) != 0);
    }

    /// <summary>Gives the real file: a directory or a text of ours, or a device node of which only the path is wanted.</summary>
    private void OpenStandIn(in seccomp_notif call, PathNode node, int flags)
    {
        const int Ignored = Linux.O_CREAT | Linux.O_EXCL | Linux.O_TRUNC | Linux.O_PATH;
        const uint EverybodyReads = 0x124; // 0444
        int own = (flags & ~Ignored) | Linux.O_CLOEXEC | Linux.O_NOCTTY;
        if ((flags & Linux.O_PATH) != 0)
            own &= ~Linux.O_ACCMODE;
        if (!emulation.Material.TryStandOf(node, out StandIn? stand))
        {
            emulation.Listener.Fail(in call, Linux.EIO); // the user has been told
            return;
        }

        int number;
        bool anybodyMay = (own & Linux.O_ACCMODE) == Linux.O_RDONLY && ((node.Mode & EverybodyReads) == EverybodyReads || node.Kind != PathKind.Text);
        if (anybodyMay)
        {
            fixed (byte* path = stand.Path)
                number = LibC.openat(emulation.Material.Root, path, own);
            number = number < 0 ? -Marshal.GetLastPInvokeError() : number;
        }
        else
        {
            using Substitute file = Substitute.Of(emulation.Material, node);
            using ClientIdentity identity = ClientIdentity.Assume(call.pid);
            number = OpenNumber(file.Path, own & ~emulation.Table.O_NOFOLLOW, 0);
        }

        Install(in call, number, (flags & Linux.O_CLOEXEC) != 0, node.IsSpecial);
    }

    /// <summary>Opens a file of the host for a client that has come to it by way of the tree.</summary>
    /// <param name="call">The call.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="flags">open(2)'s; what O_PATH alone may do is not to be had.</param>
    /// <param name="mode">Permissions of what it makes.</param>
    public void AnswerHost(in seccomp_notif call, byte* path, int flags, uint mode)
    {
        bool onlyPath = (flags & Linux.O_PATH) != 0;
        int own = (onlyPath ? flags & (emulation.Table.O_DIRECTORY | emulation.Table.O_NOFOLLOW) : flags) | Linux.O_CLOEXEC | Linux.O_NOCTTY;
        int number;
        using (ClientIdentity.Assume(call.pid))
            number = OpenNumber(path, own, mode & ~ProcessStatus.Mask(call.pid));
        Install(in call, number, (flags & Linux.O_CLOEXEC) != 0, inRange: false);
    }

    /// <summary>
    /// Opens a directory that the host has too, so that its listing can be answered with ours among the host's. It is the host's directory;
    /// its number says that the listing stops.
    /// </summary>
    /// <returns>False when the kernel is to do it.</returns>
    public bool TryAnswerShared(in seccomp_notif call, PathNode node, int flags)
    {
        int number;
        using (ClientIdentity.Assume(call.pid))
        {
            fixed (byte* path = HeldFolder.Text($"/proc/{call.pid}/root{node.Path}"))
                number = LibC.openat(Linux.AT_FDCWD, path, flags | Linux.O_CLOEXEC | emulation.Table.O_DIRECTORY);
        }

        if (number < 0)
            return false;
        using var directory = new Descriptor(number);
        if (!Stat.TryGet(directory, out FileId id))
            return false;
        emulation.SharedDirectories[id] = node;
        installer.InstallInRange(in call, directory, 0, (flags & Linux.O_CLOEXEC) != 0);
        return true;
    }

    /// <returns>The descriptor, or the error number with a minus sign: what comes after would change it.</returns>
    private static int OpenNumber(byte* path, int flags, uint mode)
    {
        int number = LibC.openat(Linux.AT_FDCWD, path, flags, mode);
        return number < 0 ? -Marshal.GetLastPInvokeError() : number;
    }

    private void Install(in seccomp_notif call, int number, bool closeOnExec, bool inRange)
    {
        if (number < 0)
        {
            emulation.Listener.Fail(in call, -number);
            return;
        }

        using var file = new Descriptor(number);
        if (inRange)
            installer.InstallInRange(in call, file, 0, closeOnExec);
        else
            installer.InstallAnywhere(in call, file, closeOnExec);
    }
}
