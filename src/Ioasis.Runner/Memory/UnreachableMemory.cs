using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Memory;

/// <summary>The memory of a client that the kernel does not let us open: it has just ended, or forbids it (PR_SET_DUMPABLE).</summary>
internal sealed class UnreachableMemory(PinOwner owner) : ClientMemory(owner)
{
    public override bool IsAlive => false;

    public override int Read(HostAddress from, Span<byte> into) => 0;

    public override int Write(HostAddress to, ReadOnlySpan<byte> from) => 0;

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        return why.Because(ReasonCode.MemoryGone, start.Value, start.Value + (length - 1));
    }
}
