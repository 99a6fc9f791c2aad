using Ioasis.Dispatch.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>The memory of a device's stand-in, which clients map themselves and this process maps where it is asked to.</summary>
/// <remarks>Thread-safe: <c>_lock</c> protects both tables.</remarks>
/// <param name="memory">The stand-in; stays the caller's.</param>
/// <param name="bytes">Its length.</param>
/// <param name="isMapped">Searches the clients for a mapping of a byte range of the stand-in.</param>
internal sealed unsafe class FilePages(Descriptor memory, long bytes, Func<ulong, ulong, bool> isMapped) : IFilePages, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong Offset, ulong Length), nint> _maps = [];
    private readonly HashSet<ulong> _everMapped = [];

    /// <inheritdoc/>
    public byte* Map(ulong offset, ulong length)
    {
        if (offset > (ulong)bytes || length > (ulong)bytes - offset)
            return null;
        lock (_lock)
        {
            if (_maps.TryGetValue((offset, length), out nint known))
                return (byte*)known;
            nint mapped = LibC.mmap(null, (nuint)length, Linux.PROT_READ | Linux.PROT_WRITE, Linux.MAP_SHARED, memory, (long)offset);
            if (mapped == -1)
                return null;
            _maps.Add((offset, length), mapped);
            return (byte*)mapped;
        }
    }

    /// <summary>A client is about to map the range.</summary>
    public void ClientMaps(ulong offset)
    {
        lock (_lock)
            _everMapped.Add(offset);
    }

    /// <inheritdoc/>
    public bool IsMapped(ulong offset, ulong length)
    {
        lock (_lock)
        {
            if (!_everMapped.Any(start => start - offset < length))
                return false;
        }

        return isMapped(offset, length);
    }

    /// <summary>Undoes what <see cref="Map"/> did; no pointer is used any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (((ulong _, ulong length), nint mapped) in _maps)
                _ = LibC.munmap(mapped, (nuint)length);
            _maps.Clear();
        }
    }
}
