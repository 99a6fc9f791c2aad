using System.Diagnostics;
using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Descriptors;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Files;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Notifications;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Syscalls;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Runner.Processes;

/// <summary>
/// The thread of a client whose call is being served. One object a service thread, set anew for each call.
/// </summary>
internal sealed unsafe class Caller(
    ProcessTable processes, OpenFiles files, FreeNumber numbers, ClientEvents? events, Listener listener, ulong granted) : ICaller
{
    /// <summary>
    /// The first user namespace, as /proc/PID/ns/user shows it (the number is PROC_USER_INIT_INO of linux/proc_ns.h): capabilities of others
    /// count for nothing. To read that link costs half of what following it does.
    /// </summary>
    private static ReadOnlySpan<byte> InitialUserNamespace => "user:[4026531837]"u8;

    private ClientProcess _process = null!;
    private ClientMemory _memory = null!;
    private ulong _call;
    private readonly List<OpenFile> _held = []; // by this call
    private Descriptor? _reserved;
    private OpenFile? _reservedFile;
    private int _reservedNumber;

    /// <summary>The thread that waits for us to answer.</summary>
    public int Thread { get; private set; }

    public ClientProcess Process => _process;

    /// <inheritdoc/>
    public ClientMemory Memory => _memory;

    /// <inheritdoc/>
    public bool SeesLowOffsets { get; set; } = true;

    /// <summary>Sets whose call it is, and on which file, which <see cref="ProcessTable.Find"/> holds for it until <see cref="Leave"/>.</summary>
    public void Set(in seccomp_notif call, ClientProcess process, OpenFile file)
    {
        _held.Add(file);
        int thread = call.pid;
        _call = call.id;
        Thread = thread;
        _process = process;
        RemoteMemory? memory = process.Memory(thread, processes);
        _memory = memory is null ? new UnreachableMemory(process.Owner) : memory;
    }

    /// <summary>The call is done with its files; before it is answered, as the client may wait for their release.</summary>
    public void Leave()
    {
        foreach (OpenFile file in _held)
            files.Leave(file);
        _held.Clear();
    }

    /// <summary>The call has been answered, perhaps because its handler threw: nothing of it stays.</summary>
    public void End()
    {
        if (_reserved is not null)
            ReturnDescriptor(_reservedNumber);
        Leave();
    }

    /// <inheritdoc/>
    public bool Has(Capability capability)
    {
        if ((granted >> (int)capability & 1) != 0)
            return true;
        var header = new cap_user_header { version = Linux.LINUX_CAPABILITY_VERSION_3, pid = Thread };
        cap_user_data* sets = stackalloc cap_user_data[2];
        if (LibC.syscall(SyscallTable.Native.CapGet, (nint)(&header), (nint)sets, 0, 0, 0) != 0)
            return false;
        int bit = (int)capability;
        if ((sets[bit >> 5].effective >> (bit & 31) & 1) == 0)
            return false;
        ProcPath path = ProcPath.Of(Thread, "ns/user"u8);
        byte* name = stackalloc byte[64];
        nint length = LibC.readlinkat(Linux.AT_FDCWD, path.Text, name, 64);
        return length > 0 && new ReadOnlySpan<byte>(name, (int)length).SequenceEqual(InitialUserNamespace);
    }

    /// <inheritdoc/>
    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why)
    {
        file = null;
        int error = ProcessTable.Identify(Thread, descriptor, out FileId id);
        if (descriptor < 0 || error != 0)
            return why.Because(ReasonCode.BadDescriptor, (ulong)(uint)descriptor);
        if (files.TryFind(id, out OpenFile open) && open.TryEnter())
        {
            _held.Add(open);
            file = open.File;
        }

        return Errno.Success;
    }

    /// <inheritdoc/>
    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why)
    {
        line = null;
        // Ours to hand over: the event line owns it, as it outlives this call.
        using Descriptor copy = events is null ? DescriptorCopy.Of(_process, Thread, descriptor) : events.CopyOf(Thread, descriptor);
        if (copy.IsInvalid)
        {
            if (ProcessTable.Identify(Thread, descriptor, out _) != 0)
                return why.Because(ReasonCode.BadDescriptor, (ulong)(uint)descriptor);
            return EventName.TryRead(Thread, descriptor, out _)
                ? why.Because(ReasonCode.EventOutOfReach, (ulong)(uint)descriptor)
                : why.Because(ReasonCode.DescriptorNotAnEvent, (ulong)(uint)descriptor);
        }

        if (!files.Quota.HasRoom(copy.Number))
            return why.Because(ReasonCode.RunnerDescriptorsUsed, (ulong)copy.Number, (ulong)copy.Number);
        var handle = new SafeFileHandle(copy.Release(), ownsHandle: true);
        line = EventDescriptor.TryTake(handle, _process.Id);
        if (line is not null)
            return Errno.Success;
        handle.Dispose();
        return why.Because(ReasonCode.DescriptorNotAnEvent, (ulong)(uint)descriptor);
    }

    /// <inheritdoc/>
    public bool StillHas(EventLine line) => line is not EventDescriptor taken || taken.IsHeldBy(_process.Id) || taken.IsHeldBy(taken.Giver);

    /// <inheritdoc/>
    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why)
    {
        memory = null;
        using Descriptor copy = DescriptorCopy.PathOf(Thread, descriptor);
        if (copy.IsInvalid)
            return why.Because(ReasonCode.BadDescriptor, (ulong)(uint)descriptor);
        using var file = new SafeFileHandle(copy.Number, ownsHandle: false);
        memory = ClientFile.Take(_process.Owner, file, range);
        return Errno.Success;
    }

    /// <inheritdoc/>
    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why)
    {
        Debug.Assert(_reserved is null, "one file a call");
        number = numbers.Choose(Thread, 0, _process.Id);
        if (number < 0)
            return why.Because(ReasonCode.DescriptorTableFull);
        _reserved = files.Add(Thread, file, PathNode.Nameless(file.Path), Linux.O_RDWR, out _reservedFile, ref why);
        _reservedNumber = number;
        if (_reserved is not null)
        {
            _reservedFile!.Number = number;
            return Errno.Success;
        }

        numbers.GiveBack(number);
        return why.Again();
    }

    /// <inheritdoc/>
    /// <remarks>When the client does not get it, closing ours is the last close, and releases the file.</remarks>
    public void InstallDescriptor(int number)
    {
        Descriptor installed = _reserved!;
        listener.Install(_call, installed, number);
        _reserved = null;
        installed.Dispose();
        numbers.GiveBack(number);
    }

    /// <inheritdoc/>
    public void ReturnDescriptor(int number)
    {
        Descriptor returned = _reserved!;
        _reserved = null;
        returned.Dispose();
        numbers.GiveBack(number);
        files.Withdraw(_reservedFile!);
    }
}
