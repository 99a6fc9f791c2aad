using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Fixtures;

/// <summary>A caller whose memory can be read and not written.</summary>
internal sealed class ReadOnlyCaller : ICaller
{
    private readonly View _view;
    private readonly Dictionary<int, DeviceFile> _files = [];

    public ReadOnlyCaller() => _view = new View(Bytes);

    public ArrayMemory Bytes { get; } = new();

    public ClientMemory Memory => _view;

    public bool Has(Capability capability) => false;

    public Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why)
    {
        file = null;
        return why.Because(ReasonCode.BadDescriptor, (ulong)descriptor);
    }

    public Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why)
    {
        line = null;
        return why.Because(ReasonCode.DescriptorNotAnEvent, (ulong)descriptor);
    }

    public Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why)
    {
        memory = null;
        return why.Because(ReasonCode.BadDescriptor, (ulong)descriptor);
    }

    public Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why)
    {
        number = TestCaller.FirstCreated;
        return _files.TryAdd(number, file) ? Errno.Success : why.Because(ReasonCode.DescriptorTableFull);
    }

    public void InstallDescriptor(int number) => throw new InvalidOperationException("a call whose answer cannot be written has failed");

    public void ReturnDescriptor(int number)
    {
        _files.Remove(number, out DeviceFile? file);
        file!.Release();
    }

    private sealed class View(ArrayMemory bytes) : ClientMemory(bytes.Owner)
    {
        public override bool IsAlive => true;

        public override int Read(HostAddress from, Span<byte> into) => bytes.Read(from, into);

        public override int Write(HostAddress to, ReadOnlySpan<byte> from) => 0;

        public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why) =>
            bytes.Pin(start, length, writable, out shared, ref why);
    }
}
