using Ioasis.Engine.Addresses;
using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Embedded;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Conformance.Players;

/// <summary>This process as the caller, with the capabilities that the case has left.</summary>
internal sealed class CaseCaller(EmbeddedKernel kernel, EmbeddedCaller caller) : ICaller
{
    public ClientMemory Memory => caller.Memory;

    public bool Has(Capability capability) => (kernel.Capabilities >> (int)capability & 1) != 0;

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why) => caller.FindFile(descriptor, out file, ref why);

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why) => caller.TakeEvent(descriptor, out line, ref why);

    public bool StillHas(EventLine line) => caller.StillHas(line);

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why) => caller.TakeFile(descriptor, range, out memory, ref why);

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why) => caller.ReserveDescriptor(file, out number, ref why);

    public void InstallDescriptor(int number) => caller.InstallDescriptor(kernel.Keep(number));

    public void ReturnDescriptor(int number) => caller.ReturnDescriptor(number);
}
