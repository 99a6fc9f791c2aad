using System.Runtime.InteropServices;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Calls;

/// <summary>Answers open(2) and its kin for a node of the tree.</summary>
/// <remarks>
/// No descriptor with O_PATH can be installed in another process. Whoever asks for one gets an ordinary descriptor of the stand-in: good
/// enough as a starting point of other paths, to stat, and to open again; a link itself cannot be had that way.
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
            emulation.Listener.Fail(in call, Linux.ELOOP); // O_NOFOLLOW
        else if (wantsDirectory && node.Kind != PathKind.Directory)
            emulation.Listener.Fail(in call, Linux.ENOTDIR);
        else if (node.Kind == PathKind.Directory && !onlyPath && (creates || (flags & Linux.O_ACCMODE) != Linux.O_RDONLY))
            emulation.Listener.Fail(in call, Linux.EISDIR);
        else if (node.Device is { } device && !onlyPath)
            OpenDevice(in call, node, device, flags);
        else
            OpenStandIn(in call, node, flags);
    }

    private void OpenDevice(in seccomp_notif call, PathNode node, EmulatedDevice device, int flags)
    {
        emulation.Files.ReleaseClosed();
        Reason why = default;
        Errno errno = device.Open(out DeviceFile? file, ref why);
        if (errno.Succeeded && file is not null)
        {
            using Descriptor? descriptor = emulation.Files.Add(file, node, flags);
            if (descriptor is not null)
            {
                if (emulation.Explainer.ListensToAll)
                    emulation.Explainer.CallEnded(call.pid, $"open({node.Path})", errno, in why);
                // Closing ours is the last close when it could not be installed, and releases the file as any last close does.
                installer.InstallInRange(in call, descriptor, 0, (flags & Linux.O_CLOEXEC) != 0);
                return;
            }

            file.Release();
            errno = why.Because(ReasonCode.DescriptorTableFull);
        }

        emulation.Explainer.CallEnded(call.pid, $"open({node.Path})", errno, in why);
        emulation.Listener.Fail(in call, (int)errno.Code);
    }

    /// <summary>Gives the real file: a directory or a text of ours, or a device node of which only the path is wanted.</summary>
    private void OpenStandIn(in seccomp_notif call, PathNode node, int flags)
    {
        const int Ignored = Linux.O_CREAT | Linux.O_EXCL | Linux.O_TRUNC | Linux.O_PATH;
        int own = (flags & ~Ignored) | Linux.O_CLOEXEC | Linux.O_NOCTTY;
        if ((flags & Linux.O_PATH) != 0)
            own &= ~Linux.O_ACCMODE;
        int number;
        if (!emulation.Material.TryStandOf(node, out StandIn? stand))
        {
            emulation.Listener.Fail(in call, Linux.EIO); // the user has been told
            return;
        }

        fixed (byte* path = stand.Path)
            number = LibC.openat(emulation.Material.Root, path, own);
        int error = number < 0 ? Marshal.GetLastPInvokeError() : 0;
        using var file = new Descriptor(number);
        bool closeOnExec = (flags & Linux.O_CLOEXEC) != 0;
        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else if (node.IsSpecial)
            installer.InstallInRange(in call, file, 0, closeOnExec);
        else
            installer.InstallAnywhere(in call, file, closeOnExec);
    }
}
