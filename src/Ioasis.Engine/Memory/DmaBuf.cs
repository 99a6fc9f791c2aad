namespace Ioasis.Engine.Memory;

/// <summary>
/// Memory of a device that other devices may use: what a dma-buf's descriptor stands for. Its exporter can take it away from all
/// who have mapped it (revoke); what they have mapped stays without memory then, also when the exporter gives it back.
/// </summary>
/// <remarks>Thread-safe: copies and revocation exclude each other, so no DMA arrives after a revocation has returned.</remarks>
/// <param name="store">The bytes.</param>
/// <param name="isScattered">They are no single piece of the device's memory, which Linux cannot map.</param>
public sealed class DmaBuf(DmaBufStore store, bool isScattered = false)
{
    private readonly Lock _gate = new();
    private ulong _revocations;

    /// <summary>A buffer that is no other memory of a device.</summary>
    public DmaBuf(int length)
        : this(new OwnStore(length))
    {
    }

    /// <summary>Bytes.</summary>
    public int Length => store.Length;

    /// <summary>It consists of several pieces.</summary>
    public bool IsScattered => isScattered;

    /// <summary>Nobody may map it.</summary>
    public bool IsRevoked { get; private set; }

    /// <summary>How often its memory was taken away: who mapped it before, has lost it.</summary>
    internal ulong Revocations => Volatile.Read(ref _revocations);

    /// <summary>Takes the memory from all who have mapped it.</summary>
    /// <param name="forNow">True: nobody may map it; false: who maps it from now on has it.</param>
    public void Revoke(bool forNow)
    {
        lock (_gate)
        {
            IsRevoked = forNow;
            _revocations++;
        }
    }

    internal int Read(ulong revocations, ulong offset, Span<byte> into)
    {
        lock (_gate)
        {
            int part = Reachable(revocations, offset, into.Length);
            store.Read((int)offset, into[..part]);
            return part;
        }
    }

    internal int Write(ulong revocations, ulong offset, ReadOnlySpan<byte> from)
    {
        lock (_gate)
        {
            int part = Reachable(revocations, offset, from.Length);
            store.Write((int)offset, from[..part]);
            return part;
        }
    }

    private int Reachable(ulong revocations, ulong offset, int wanted) =>
        revocations == _revocations && offset < (ulong)store.Length ? Math.Min(wanted, store.Length - (int)offset) : 0;

    private sealed class OwnStore(int length) : DmaBufStore
    {
        private readonly byte[] _bytes = new byte[length];

        public override int Length => length;

        public override void Read(int offset, Span<byte> into) => _bytes.AsSpan(offset, into.Length).CopyTo(into);

        public override void Write(int offset, ReadOnlySpan<byte> from) => from.CopyTo(_bytes.AsSpan(offset));
    }
}
