using Microsoft.Win32.SafeHandles;
using Ioasis.Dispatch.Descriptors;
using Ioasis.Engine.Addresses;
using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Fixtures;

/// <summary>A caller with memory, the capabilities and the descriptors that a test gives it.</summary>
internal sealed class TestCaller : ICaller
{
    public ArrayMemory Bytes { get; } = new();

    public HashSet<Capability> Capabilities { get; } = [];

    /// <summary>Open descriptors: one of our files, an event line, or null for something else.</summary>
    public Dictionary<int, object?> Descriptors { get; } = [];

    /// <summary>The first number that a file made by an ioctl gets.</summary>
    public const int FirstCreated = 1000;

    /// <summary>So many numbers are there for files that ioctls make.</summary>
    public int MostCreated { get; set; } = 1000;

    /// <summary>Prepared, and neither installed nor returned yet: empty after every call.</summary>
    public Dictionary<int, DeviceFile> Reserved { get; } = [];

    /// <summary>Makes the pages of files that calls make; null for files without.</summary>
    public Func<IFilePages>? NewPages { get; set; }

    /// <summary>Why the last call failed.</summary>
    public Reason Why;

    public ClientMemory Memory => Bytes;

    public bool SeesLowOffsets { get; set; } = true;

    public bool Has(Capability capability) => Capabilities.Contains(capability);

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why)
    {
        file = null;
        if (!Descriptors.TryGetValue(descriptor, out object? open))
            return why.Because(ReasonCode.BadDescriptor, (ulong)descriptor);
        file = open as DeviceFile;
        return Errno.Success;
    }

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why)
    {
        line = Descriptors.GetValueOrDefault(descriptor) as EventLine;
        return line is null ? why.Because(ReasonCode.DescriptorNotAnEvent, (ulong)descriptor) : Errno.Success;
    }

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why)
    {
        memory = Descriptors.GetValueOrDefault(descriptor) is SafeFileHandle file
            ? ClientFile.Take(Bytes.Owner, file, range)
            : ClientFile.OfNoMemory(Bytes.Owner);
        return Errno.Success;
    }

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why)
    {
        number = FirstCreated;
        while (Descriptors.ContainsKey(number) || Reserved.ContainsKey(number))
            number++;
        if (number >= FirstCreated + MostCreated)
            return why.Because(ReasonCode.DescriptorTableFull);
        file.Pages = NewPages?.Invoke();
        Reserved.Add(number, file);
        return Errno.Success;
    }

    public void InstallDescriptor(int number)
    {
        Reserved.Remove(number, out DeviceFile? file);
        Descriptors.Add(number, file);
    }

    public void ReturnDescriptor(int number)
    {
        Reserved.Remove(number, out DeviceFile? file);
        file!.Release();
    }

    /// <summary>An ioctl whose structure lies at the start of the memory; gives it back as the call left it.</summary>
    public ErrnoCode Call<T>(DeviceFile file, uint command, ref T structure)
        where T : unmanaged
    {
        Bytes.Put(structure);
        Errno errno = file.Ioctl(this, command, ArrayMemory.Base, out _, ref Why);
        structure = Bytes.Get<T>();
        return errno.Code;
    }
}
