using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Tests.Pci;

/// <summary>A client's memory, all zero, that delivers only when it is told to.</summary>
internal sealed class SlowMemory() : ClientMemory(new Unlimited())
{
    /// <summary>Set while somebody waits for bytes.</summary>
    public ManualResetEventSlim Asked { get; } = new();

    /// <summary>Set to deliver.</summary>
    public ManualResetEventSlim Delivers { get; } = new();

    public override bool IsAlive => true;

    public override int Read(HostAddress from, Span<byte> into)
    {
        Asked.Set();
        Delivers.Wait();
        into.Clear();
        return into.Length;
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from) => from.Length;

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        return Errno.Success;
    }

    private sealed class Unlimited() : PinOwner(new PinLedger())
    {
        public override ulong MemlockLimit => ulong.MaxValue;
    }
}
