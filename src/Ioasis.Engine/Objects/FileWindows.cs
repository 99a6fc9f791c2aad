using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>
/// Which parts of a context's file can be mapped. Offsets are chosen here: the lowest free one from the second page on, so that 0
/// is none. Guarded by the context's lock.
/// </summary>
internal sealed class FileWindows
{
    private readonly List<FileWindow> _windows = []; // in order of their offsets

    /// <summary>Makes a window.</summary>
    public FileWindow Add(ulong length, uint firstWord)
    {
        ulong offset = SystemPage.Size;
        int index = 0;
        while (index < _windows.Count && _windows[index].Offset - offset < length)
            offset = _windows[index].Offset + _windows[index++].Length;
        FileWindow made = new(offset, length, firstWord);
        _windows.Insert(index, made);
        return made;
    }

    public void Remove(FileWindow window) => _windows.Remove(window);

    /// <summary>The window that lies exactly there.</summary>
    public bool Contains(ulong offset, ulong length) => _windows.Exists(one => one.Offset == offset && one.Length == length);
}
