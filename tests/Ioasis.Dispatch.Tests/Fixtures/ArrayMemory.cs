using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Fixtures;

/// <summary>A caller's memory: 1 MiB from <see cref="Base"/> on; nothing before it and nothing after it.</summary>
internal sealed class ArrayMemory : ClientMemory
{
    public const ulong Base = 0x10000;
    public const int Size = 1 << 20;
    public const ulong End = Base + Size;

    private readonly byte[] _bytes = new byte[Size];

    public ArrayMemory()
        : this(new OwnLimits())
    {
    }

    private ArrayMemory(OwnLimits limits)
        : base(limits) => Limits = limits;

    /// <summary>What its owner may lock; no limit at first.</summary>
    public OwnLimits Limits { get; }

    public override bool IsAlive => true;

    public Span<byte> At(ulong address, int length) => _bytes.AsSpan((int)(address - Base), length);

    /// <summary>Puts a structure at an address.</summary>
    public ulong Put<T>(in T value, ulong address = Base)
        where T : unmanaged
    {
        MemoryMarshal.Write(At(address, Marshal.SizeOf<T>()), in value);
        return address;
    }

    public T Get<T>(ulong address = Base)
        where T : unmanaged => MemoryMarshal.Read<T>(At(address, Marshal.SizeOf<T>()));

    public override int Read(HostAddress from, Span<byte> into)
    {
        int length = Reachable(from.Value, into.Length);
        if (length != 0)
            At(from.Value, length).CopyTo(into);
        return length;
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        int length = Reachable(to.Value, from.Length);
        if (length != 0)
            from[..length].CopyTo(At(to.Value, length));
        return length;
    }

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        return start.Value >= Base && start.Value + length <= End
            ? Errno.Success
            : why.Because(ReasonCode.MemoryNotMapped, start.Value, start.Value, start.Value + length - 1);
    }

    private static int Reachable(ulong address, int length) =>
        address is < Base or >= End ? 0 : (int)Math.Min((ulong)length, End - address);

    internal sealed class OwnLimits() : PinOwner(new PinLedger())
    {
        public ulong Memlock { get; set; } = ulong.MaxValue;

        public override ulong MemlockLimit => Memlock;
    }
}
