using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Descriptors;
using Ioasis.Dispatch.Files;
using Ioasis.Embedded.Descriptors;
using Ioasis.Embedded.Native;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Embedded;

/// <summary>This process as the caller of its own emulated files. Thread-safe.</summary>
internal sealed class EmbeddedCaller(ClientMemory memory, DescriptorTable files) : ICaller
{
    /// <summary>Files that the call of this thread has looked up: held until it ends, though others may close them.</summary>
    [ThreadStatic]
    private static List<OpenFile>? t_found;

    public ClientMemory Memory => memory;

    public bool Has(Capability capability) => ThisProcess.Has(capability);

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why)
    {
        file = null;
        if (files.TryHold(descriptor, out OpenFile found))
        {
            (t_found ??= []).Add(found);
            file = found.File;
            return Errno.Success;
        }

        return LibC.fcntl(descriptor, LibC.F_GETFD, 0) < 0 ? why.Because(ReasonCode.BadDescriptor, (uint)descriptor) : Errno.Success;
    }

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why)
    {
        line = null;
        if (files.TryHold(descriptor, out OpenFile emulated))
        {
            emulated.LetGo();
            return why.Because(ReasonCode.DescriptorNotAnEvent, (uint)descriptor);
        }

        int taken = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, 0);
        if (taken < 0)
            return why.Because(ReasonCode.BadDescriptor, (uint)descriptor);
        var handle = new SafeFileHandle(taken, ownsHandle: true);
        line = EventDescriptor.TryTake(handle, Environment.ProcessId);
        if (line is not null)
            return Errno.Success;
        handle.Dispose();
        return why.Because(ReasonCode.DescriptorNotAnEvent, (uint)descriptor);
    }

    public bool StillHas(EventLine line) => line is not EventDescriptor taken || taken.IsHeldBy(Environment.ProcessId);

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? taken, ref Reason why)
    {
        taken = null;
        if (LibC.fcntl(descriptor, LibC.F_GETFD, 0) < 0)
            return why.Because(ReasonCode.BadDescriptor, (uint)descriptor);
        using var file = new SafeFileHandle(descriptor, ownsHandle: false);
        taken = ClientFile.Take(Memory.Owner, file, range);
        return Errno.Success;
    }

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why)
    {
        number = files.Reserve(file);
        return Errno.Success;
    }

    public void InstallDescriptor(int number) => files.Install(number);

    public void ReturnDescriptor(int number) => files.Return(number);

    /// <summary>The call of this thread has ended.</summary>
    public static void EndCall()
    {
        if (t_found is not { Count: > 0 } found)
            return;
        foreach (OpenFile file in found)
            file.LetGo();
        found.Clear();
    }
}
