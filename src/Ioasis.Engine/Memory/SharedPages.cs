namespace Ioasis.Engine.Memory;

/// <summary>
/// The parts of a pinned range that lie in shared memory, known by (device, inode, offset): they outlive the process that
/// mapped them, as pinned pages do on Linux, as long as any client maps the same file.
/// </summary>
public abstract class SharedPages : IDisposable
{
    /// <summary>Copies bytes of the pinned range, counted from its first byte.</summary>
    /// <returns>Bytes copied; 0 when no live client maps them.</returns>
    public abstract int Read(ulong offset, Span<byte> into);

    /// <inheritdoc cref="Read"/>
    public abstract int Write(ulong offset, ReadOnlySpan<byte> from);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
