using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Bench.Engine;

/// <summary>A caller with memory and nothing else: for ioctls whole, without a runner around them.</summary>
internal sealed class BenchCaller(BenchMemory memory) : ICaller
{
    public ClientMemory Memory => memory;

    public bool Has(Capability capability) => false;

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why)
    {
        file = null;
        return why.Because(ReasonCode.BadDescriptor, (uint)descriptor);
    }

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why)
    {
        line = null;
        return why.Because(ReasonCode.BadDescriptor, (uint)descriptor);
    }

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why)
    {
        memory = null;
        return why.Because(ReasonCode.BadDescriptor, (uint)descriptor);
    }

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why)
    {
        number = -1;
        return why.Because(ReasonCode.DescriptorTableFull);
    }

    public void InstallDescriptor(int number) => throw new InvalidOperationException("no descriptor was reserved");

    public void ReturnDescriptor(int number) => throw new InvalidOperationException("no descriptor was reserved");
}
