using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Stress;

/// <summary>
/// Memory in blocks of one size, each of which is mapped as a whole; every second one is registered, so that DMA reaches it by pointer.
/// Any thread.
/// </summary>
internal sealed class StressMemory(int blocks) : ClientMemory(new FakeOwner())
{
    /// <summary>Bytes of a block: copied in one section, which is long enough for an unmap to come in between.</summary>
    public const int Block = 16 * 4096;

    private const ulong Base = 0x7f00_0000_0000;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(blocks * Block, pinned: true);

    public override bool IsAlive => true;

    public static HostAddress Address(int block) => new(Base + (ulong)block * Block);

    public Span<ulong> Words(int block) => MemoryMarshal.Cast<byte, ulong>(_bytes.AsSpan(block * Block, Block));

    public override int Read(HostAddress from, Span<byte> into)
    {
        _bytes.AsSpan((int)(from.Value - Base), into.Length).CopyTo(into);
        return into.Length;
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        from.CopyTo(_bytes.AsSpan((int)(to.Value - Base)));
        return from.Length;
    }

    public override unsafe bool TryGetPointer(HostAddress start, ulong length, out byte* pointer)
    {
        ulong offset = start.Value - Base;
        fixed (byte* bytes = _bytes) // pinned for its whole life
            pointer = bytes + offset;
        return offset / Block % 2 == 0;
    }

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        return Errno.Success;
    }
}
