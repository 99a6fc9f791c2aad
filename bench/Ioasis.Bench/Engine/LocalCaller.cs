using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Descriptors;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Bench.Engine;

/// <summary>A caller in this process: its pointers are ours, it has every capability, and one descriptor at most.</summary>
/// <param name="memory">Its memory.</param>
/// <param name="open">What <see cref="Descriptor"/> leads to; null for nothing.</param>
internal sealed class LocalCaller(ClientMemory memory, DeviceFile? open = null) : ICaller
{
    public const int Descriptor = 3;

    public ClientMemory Memory => memory;

    public bool Has(Capability capability) => true;

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why)
    {
        file = descriptor == Descriptor ? open : null;
        return file is null ? why.Because(ReasonCode.BadDescriptor, (uint)descriptor) : Errno.Success;
    }

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why)
    {
        line = null;
        return why.Because(ReasonCode.BadDescriptor, (uint)descriptor);
    }

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? taken, ref Reason why)
    {
        taken = ClientFile.OfNoMemory(memory.Owner);
        return Errno.Success;
    }

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why)
    {
        number = 1000;
        return Errno.Success;
    }

    public void InstallDescriptor(int number)
    {
    }

    public void ReturnDescriptor(int number)
    {
    }
}
