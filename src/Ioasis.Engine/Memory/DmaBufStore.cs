namespace Ioasis.Engine.Memory;

/// <summary>
/// The bytes behind a dma-buf, which belong to its exporter. Called under the buffer's lock, by DMA: it waits for nothing that could
/// wait for a DMA. Ranges lie within <see cref="Length"/>.
/// </summary>
public abstract class DmaBufStore
{
    /// <summary>Bytes.</summary>
    public abstract int Length { get; }

    public abstract void Read(int offset, Span<byte> into);

    public abstract void Write(int offset, ReadOnlySpan<byte> from);
}
