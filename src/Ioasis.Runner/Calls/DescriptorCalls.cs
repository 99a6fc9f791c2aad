using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Files;
using Ioasis.Runner.Filters;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers calls on descriptors of emulated files. Calls on other files, which come here because their number is high or their ioctl is
/// of VFIO's type, continue.
/// </summary>
internal sealed class DescriptorCalls(
    Emulation emulation, Caller caller, DescriptorInstaller installer, NodeStat nodes, ChangeCalls changes, AttributeCalls attributes)
{
    private const int PinPatienceMilliseconds = 2000;

    private readonly TransferCalls _transfers = new(emulation, caller);
    private readonly DirectoryCalls _directories = new(emulation);
    private readonly KvmCalls _kvm = new(emulation);

    public void Serve(in seccomp_notif call)
    {
        Syscalls.Call kind = emulation.Table.CallOf(call.data.nr);
        var arguments = new CallArguments(in call);
        int descriptor = (int)arguments[kind == MMap ? 4 : 0];
        if (kind == Write && descriptor == CallFilter.Output && emulation.FirstNumber > CallFilter.Output && !emulation.Files.HasAttributes)
        {
            emulation.Listener.Continue(in call); // no shell has redirected to a file of ours
            return;
        }

        int error = emulation.Processes.Find(call.pid, descriptor, out ClientProcess process, out OpenFile file);
        if (error != 0)
        {
            emulation.Files.ReleaseClosed();
            if (error == Linux.ENFILE)
                Refuse(in call, file);
            else
                ServeStandIn(in call, kind, descriptor);
            return;
        }

        caller.Set(in call, process, file);
        // When this one is open and no other, no other can have been closed.
        if (emulation.Files.Count != 1)
            emulation.Files.Settle(file.File.Scope);
        if (!ReachesDevice(kind))
            caller.Leave();
        switch (kind)
        {
            case Ioctl:
                caller.SeesLowOffsets = descriptor >= emulation.FirstNumber;
                ServeIoctl(in call, file);
                break;
            case FStat:
                nodes.AnswerStat(in call, file.Node, arguments[1]);
                break;
            case LSeek when file.File is AttributeFile:
                long position = file.Seek((long)arguments[1], (int)arguments[2]);
                if (position < 0)
                    emulation.Listener.Fail(in call, Linux.EINVAL);
                else
                    emulation.Listener.Return(in call, position);
                break;
            case LSeek:
                emulation.Listener.Fail(in call, Linux.ESPIPE);
                break;
            case MMap:
                ServeMap(in call, file);
                break;
            case Dup:
                Duplicate(in call, process, descriptor, 0, closeOnExec: false);
                break;
            case Dup2 or Dup3:
                NoteLowNumber(in call, file, (int)arguments[1]);
                emulation.Listener.Continue(in call);
                break;
            case FCntl when (int)arguments[1] == Linux.F_GETFL:
                emulation.Listener.Continue(in call);
                break;
            case FChDir:
                emulation.Listener.Fail(in call, Linux.ENOTDIR);
                break;
            case FChMod or FChOwn when file.Node.Kind != PathKind.Nameless:
                changes.ServeDescriptor(in call, file.Node);
                break;
            case FSetXAttr or FGetXAttr or FListXAttr or FRemoveXAttr when file.Node.Kind != PathKind.Nameless:
                attributes.Answer(in call, file.Node);
                break;
            case FChMod or FChOwn or FSetXAttr or FGetXAttr or FListXAttr or FRemoveXAttr:
                emulation.Listener.Continue(in call);
                break;
            case FCntl:
                Duplicate(in call, process, descriptor, arguments[2], (int)arguments[1] == Linux.F_DUPFD_CLOEXEC);
                break;
            case GetDents64:
                emulation.Listener.Fail(in call, Linux.ENOTDIR);
                break;
            default:
                _transfers.Serve(in call, kind, file);
                break;
        }
    }

    /// <summary>
    /// Whether a call is the device's to answer, and holds the file until then. The others are about the descriptor, and leave it at once;
    /// all leave it before they are answered, as the client may close it next and look for what that has released.
    /// </summary>
    private static bool ReachesDevice(Syscalls.Call kind) =>
        kind is Ioctl or MMap or Read or Write or ReadV or WriteV or PRead64 or PWrite64 or PReadV or PWriteV or PReadV2 or PWriteV2;

    /// <summary>There are no descriptors by which the client's process could be held.</summary>
    private void Refuse(in seccomp_notif call, OpenFile file)
    {
        Reason why = default;
        Errno errno = why.Because(ReasonCode.StandInImpossible, Linux.EMFILE);
        emulation.Explainer.CallEnded(call.pid, $"call on {file.Node.Path}", errno, in why);
        emulation.Listener.Fail(in call, (int)errno.Code);
    }

    /// <summary>
    /// The file is no emulated one; it may be a directory with entries of ours in it, or a node or a link that was opened for its path only.
    /// </summary>
    private void ServeStandIn(in seccomp_notif call, Syscalls.Call kind, int descriptor)
    {
        var arguments = new CallArguments(in call);
        if (kind == Ioctl && (uint)arguments[1] == Linux.KVM_SET_DEVICE_ATTR && _kvm.TryServe(in call, descriptor))
            return;
        PathNode? node = null, shared = null;
        if (descriptor >= emulation.FirstNumber && ProcessTable.Identify(call.pid, descriptor, out FileId id) == 0
            && !emulation.Material.TryFind(id, out node))
        {
            _ = emulation.SharedDirectories.TryGetValue(id, out shared);
        }

        bool onlyPath = node is { Kind: PathKind.Device or PathKind.Link };
        if (kind == FCntl && (int)arguments[1] == Linux.F_GETFL && onlyPath)
            emulation.Listener.Return(in call, Linux.O_PATH | (node!.Kind == PathKind.Link ? emulation.Table.O_NOFOLLOW : 0));
        else if (kind == GetDents64 && shared is not null)
            _directories.AnswerSharedList(in call, shared, descriptor, arguments[1], arguments[2]);
        else if (kind == LSeek && shared is not null)
            _directories.AnswerSeek(in call, descriptor, (long)arguments[1], (int)arguments[2]);
        else if (node is not { IsSpecial: true } || kind is Dup or Dup2 or Dup3 or FCntl)
            emulation.Listener.Continue(in call);
        else if (kind == FStat)
            nodes.AnswerStat(in call, node, arguments[1]);
        else if (kind == FChDir && onlyPath)
            emulation.Listener.Fail(in call, Linux.ENOTDIR);
        else if (onlyPath)
            emulation.Listener.Fail(in call, Linux.EBADF); // as with O_PATH
        else if (kind == GetDents64)
            _directories.AnswerList(in call, node, descriptor, arguments[1], arguments[2]);
        else
            emulation.Listener.Continue(in call);
    }

    private void ServeIoctl(in seccomp_notif call, OpenFile file)
    {
        var arguments = new CallArguments(in call);
        uint command = (uint)arguments[1];
        if (command is Linux.FIOCLEX or Linux.FIONCLEX or Linux.FIONBIO or Linux.FIOASYNC)
        {
            caller.Leave();
            emulation.Listener.Continue(in call); // of every descriptor, whatever it leads to
            return;
        }

        if ((uint)arguments[0] < emulation.FirstNumber)
            NoteLowNumber(in call, file, (int)arguments[0]);
        Reason why = default;
        bool meetsReleases = emulation.Files.IsReleasing; // which may be over when the call is
        Errno errno = file.File.Ioctl(caller, command, arguments[2], out long result, ref why);
        // Pages that a closed file had pinned count no more: it may be that file whose release is under way.
        if (errno.Failed && (why.Code is ReasonCode.MemlockLimit or ReasonCode.MockPinsDiffer)
            && (emulation.Files.SettleAll(PinPatienceMilliseconds) || meetsReleases))
        {
            errno = file.File.Ioctl(caller, command, arguments[2], out result, ref why);
        }

        emulation.Explainer.IoctlEnded(caller, file.Node.Path, command, arguments[2], errno, in why);
        caller.Leave();
        if (errno.Succeeded)
            emulation.Listener.Return(in call, result);
        else
            emulation.Listener.Fail(in call, (int)errno.Code);
    }

    /// <summary>The kernel maps the stand-in itself; whether it may is the device's affair.</summary>
    private void ServeMap(in seccomp_notif call, OpenFile file)
    {
        var arguments = new CallArguments(in call);
        ulong page = (ulong)Environment.SystemPageSize;
        ulong length = (arguments[1] + (page - 1)) & ~(page - 1);
        if ((arguments[3] & Linux.MAP_ANONYMOUS) != 0 || length == 0)
        {
            caller.Leave();
            emulation.Listener.Continue(in call);
            return;
        }

        Reason why = default;
        Errno errno = file.File.CheckMap(arguments[5], length, ref why);
        if (errno.Code != ErrnoCode.ENODEV)
            errno = CheckKind(file, (int)arguments[2], (int)arguments[3], errno, ref why);
        if (errno.Succeeded)
            file.Pages?.ClientMaps(arguments[5]);
        caller.Leave();
        if (errno.Succeeded)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        if (emulation.Explainer.Listens)
            emulation.Explainer.CallEnded(call.pid, $"mmap({file.Node.Path}, offset 0x{arguments[5]:x}, length 0x{length:x})", errno, in why);
        emulation.Listener.Fail(in call, (int)errno.Code);
    }

    /// <summary>How a device may be mapped; a kernel looks at that before it looks at the range.</summary>
    private static Errno CheckKind(OpenFile file, int protection, int flags, Errno range, ref Reason why)
    {
        if ((flags & Linux.MAP_TYPE) == Linux.MAP_PRIVATE)
            return why.Because(ReasonCode.MapNotShared, name: file.File.Path);
        return file.File is IommufdFile && (protection & Linux.PROT_EXEC) != 0
            ? why.Because(ReasonCode.MapExecutable, name: file.File.Path)
            : range;
    }

    /// <summary>
    /// A descriptor has left the watched numbers: by dup2(2), whose number is the client's choice and the kernel's to give, or from another
    /// process. Told once a file, as some calls on it will not be seen.
    /// </summary>
    private void NoteLowNumber(in seccomp_notif call, OpenFile file, int number)
    {
        if (file.File is not AttributeFile && (uint)number < emulation.FirstNumber && emulation.Explainer.Listens && file.IsFirstAtLowNumber())
        {
            emulation.Explainer.Noted(
                call.pid, $"{file.Node.Path} at descriptor {number}",
                $"below {emulation.FirstNumber} read and write fail; with --any-descriptor they do not");
        }
    }

    /// <summary>Duplicates stay at numbers that the filter knows; without pidfd_getfd(2) they are the kernel's, at the lowest number.</summary>
    private void Duplicate(in seccomp_notif call, ClientProcess process, int descriptor, ulong least, bool closeOnExec)
    {
        using Descriptor copy = DescriptorCopy.Of(process, call.pid, descriptor);
        if (copy.IsInvalid || least > int.MaxValue)
            emulation.Listener.Continue(in call); // the kernel does it, or says what is wrong
        else
            installer.InstallInRange(in call, copy, (int)least, closeOnExec);
    }
}
