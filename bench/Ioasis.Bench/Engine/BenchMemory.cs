using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Bench.Engine;

/// <summary>Memory of this process that is registered: reached by pointer, probed once, charged like any other.</summary>
internal sealed unsafe class BenchMemory : ClientMemory, IDisposable
{
    private readonly byte* _memory;

    /// <summary>Every page is written to: one that was only read would be the kernel's page of zeroes, the same for all, and always in the cache.</summary>
    public BenchMemory(ulong bytes)
        : base(new NoLimit())
    {
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 1 << 21);
        NativeMemory.Fill(_memory, (nuint)bytes, 0x5a);
    }

    public override bool IsAlive => true;

    public HostAddress At(ulong offset) => new((ulong)_memory + offset);

    public Span<byte> Bytes(ulong offset, int length) => new(_memory + offset, length);

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    public override int Read(HostAddress from, Span<byte> into)
    {
        new Span<byte>((void*)from.Value, into.Length).CopyTo(into);
        return into.Length;
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        from.CopyTo(new Span<byte>((void*)to.Value, from.Length));
        return from.Length;
    }

    /// <summary>Lengths beyond what is there are let through: a map of 1 TiB is to be measured, not used.</summary>
    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        return Errno.Success;
    }

    public override bool TryGetPointer(HostAddress start, ulong length, out byte* pointer)
    {
        pointer = (byte*)start.Value;
        return true;
    }

    private sealed class NoLimit() : PinOwner(new PinLedger())
    {
        public override ulong MemlockLimit => ulong.MaxValue;
    }
}
