using System.Runtime.InteropServices;
using Ioasis.Dispatch.Files;

namespace Ioasis.Embedded.Descriptors;

/// <summary>Memory behind a file that is mapped in this process: the dispatcher's view and the client's are the same pages.</summary>
/// <remarks>Thread-safe: <c>_lock</c> protects both tables. Pages stay until the file is released, mapped or not.</remarks>
internal sealed unsafe class FilePages : IFilePages
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong Offset, ulong Length), nint> _pages = [];
    private readonly List<(ulong Offset, ulong Length)> _clients = [];

    /// <inheritdoc/>
    public byte* Map(ulong offset, ulong length)
    {
        lock (_lock)
        {
            if (!_pages.TryGetValue((offset, length), out nint pages))
            {
                pages = (nint)NativeMemory.AlignedAlloc((nuint)length, (nuint)Environment.SystemPageSize);
                NativeMemory.Clear((void*)pages, (nuint)length);
                _pages.Add((offset, length), pages);
            }

            return (byte*)pages;
        }
    }

    /// <inheritdoc/>
    public bool IsMapped(ulong offset, ulong length)
    {
        lock (_lock)
            return _clients.Any(one => one.Offset < offset + length && offset < one.Offset + one.Length);
    }

    /// <summary>The client maps a range.</summary>
    public byte* ClientMaps(ulong offset, ulong length)
    {
        lock (_lock)
        {
            _clients.Add((offset, length));
            return Map(offset, length);
        }
    }

    /// <summary>The client unmaps a range.</summary>
    public void ClientUnmaps(ulong offset, ulong length)
    {
        lock (_lock)
            _clients.Remove((offset, length));
    }

    /// <summary>Frees all pages: the file was released.</summary>
    public void Free()
    {
        lock (_lock)
        {
            foreach (nint pages in _pages.Values)
                NativeMemory.AlignedFree((void*)pages);
            _pages.Clear();
        }
    }
}
