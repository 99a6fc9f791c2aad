namespace Ioasis.Engine.Memory;

/// <summary>
/// Memory of a device that other devices may use: what a dma-buf's descriptor stands for. Its exporter can take it away from all
/// who have mapped it (revoke); what they have mapped stays without memory then, also when the exporter gives it back.
/// </summary>
/// <remarks>Thread-safe: copies and revocation exclude each other, so no DMA arrives after a revocation has returned.</remarks>
public sealed class DmaBuf(int length)
{
    private readonly Lock _gate = new();
    private readonly byte[] _bytes = new byte[length];
    private ulong _revocations;

    /// <summary>Bytes.</summary>
    public int Length => _bytes.Length;

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
            _bytes.AsSpan((int)offset, part).CopyTo(into);
            return part;
        }
    }

    internal int Write(ulong revocations, ulong offset, ReadOnlySpan<byte> from)
    {
        lock (_gate)
        {
            int part = Reachable(revocations, offset, from.Length);
            from[..part].CopyTo(_bytes.AsSpan((int)offset));
            return part;
        }
    }

    private int Reachable(ulong revocations, ulong offset, int wanted) =>
        revocations == _revocations && offset < (ulong)_bytes.Length ? Math.Min(wanted, _bytes.Length - (int)offset) : 0;
}
