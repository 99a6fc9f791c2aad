using Ioasis.Engine.Intervals;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>
/// Which parts of a context's file can be mapped. Offsets are chosen here: the lowest free one from the second page on, so that 0
/// is none. Guarded by the context's lock.
/// </summary>
internal sealed class FileWindows
{
    private IntervalMap<byte>? _windows; // by offset; null until there is one, which most contexts never have

    /// <summary>Makes a window.</summary>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <param name="firstWord">What its first bytes hold.</param>
    public FileWindow Add(ulong length, uint firstWord)
    {
        _windows ??= new IntervalMap<byte>(new NodePool<byte>());
        if (!_windows.TryFindGap(length, SystemPage.Size, 0, SystemPage.Size, long.MaxValue, out ulong offset))
            throw new InvalidOperationException($"no room in the file for a window of {length} bytes");
        _windows.TryAdd(offset, offset + (length - 1), 0);
        return new FileWindow(offset, length, firstWord);
    }

    public void Remove(FileWindow window) => _windows?.Remove(window.Offset, out _, out _);

    /// <summary>The window that lies exactly there.</summary>
    public bool Contains(ulong offset, ulong length) =>
        _windows is not null && _windows.TryFindFirst(offset, offset, out ulong first, out ulong last, out _) && first == offset && last - first == length - 1;
}
