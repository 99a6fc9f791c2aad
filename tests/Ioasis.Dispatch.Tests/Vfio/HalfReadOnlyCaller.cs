using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>Another caller's descriptors and memory, of which only <see cref="VfioBench.Data"/> and what follows can be written.</summary>
internal sealed class HalfReadOnlyCaller(TestCaller caller) : ICaller
{
    public ClientMemory Memory { get; } = new View(caller.Bytes);

    public bool Has(Capability capability) => caller.Has(capability);

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why) => caller.FindFile(descriptor, out file, ref why);

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why) => caller.TakeEvent(descriptor, out line, ref why);

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why) => caller.TakeFile(descriptor, range, out memory, ref why);

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why) => caller.ReserveDescriptor(file, out number, ref why);

    public void InstallDescriptor(int number) => caller.InstallDescriptor(number);

    public void ReturnDescriptor(int number) => caller.ReturnDescriptor(number);

    private sealed class View(ArrayMemory bytes) : ClientMemory(bytes.Owner)
    {
        public override bool IsAlive => true;

        public override int Read(HostAddress from, Span<byte> into) => bytes.Read(from, into);

        public override int Write(HostAddress to, ReadOnlySpan<byte> from) => to.Value < VfioBench.Data ? 0 : bytes.Write(to, from);

        public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why) =>
            bytes.Pin(start, length, writable, out shared, ref why);
    }
}
