using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Memory;

/// <summary>
/// The parts of a pinned range that lie in shared memory, known by (device, inode, offset): they outlive the process that
/// mapped them, as pinned pages do on Linux, as long as any client maps the same file. Holds no descriptor, so there is
/// nothing to release. Thread-safe.
/// </summary>
public abstract class SharedPages
{
    /// <summary>Copies from the shared memory that was mapped at <paramref name="from"/> when it was pinned.</summary>
    /// <returns>Bytes copied, from the start; 0 when it was not shared or no live client maps it.</returns>
    public abstract int Read(HostAddress from, Span<byte> into);

    /// <summary>Copies to the shared memory that was mapped at <paramref name="to"/> when it was pinned.</summary>
    /// <returns>Bytes copied, from the start; 0 when it was not shared or no live client maps it.</returns>
    public abstract int Write(HostAddress to, ReadOnlySpan<byte> from);

    /// <summary>Tells which file lies at an address that was pinned; see <see cref="ClientMemory.TryIdentify"/>.</summary>
    /// <returns>False when it was not shared.</returns>
    public virtual bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        run = default;
        return false;
    }
}
