using Ioasis.Dispatch.Files;

namespace Ioasis.Embedded.Descriptors;

/// <summary>
/// Numbers of emulated files. They start far above the kernel's own, so that no number means two things. Thread-safe.
/// </summary>
/// <remarks><see cref="_gate"/> guards the list; no file is called under it.</remarks>
internal sealed class DescriptorTable
{
    /// <summary>The lowest number. Linux's own limit (fs.nr_open) is far below on any system.</summary>
    public const int First = 1 << 30;

    private readonly Lock _gate = new();
    private readonly List<OpenFile?> _files = [];

    /// <summary>Files that are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _files.Count(file => file is not null);
        }
    }

    /// <summary>Gives a file the lowest free number.</summary>
    public int Add(DeviceFile file)
    {
        lock (_gate)
        {
            OpenFile open = new(file);
            int index = _files.IndexOf(null);
            if (index < 0)
            {
                index = _files.Count;
                _files.Add(open);
            }
            else
            {
                _files[index] = open;
            }

            return First + index;
        }
    }

    /// <summary>Finds a file for one call, which ends with <see cref="OpenFile.LetGo"/>.</summary>
    public bool TryHold(int descriptor, out OpenFile file)
    {
        lock (_gate)
        {
            uint index = (uint)(descriptor - First);
            file = index < (uint)_files.Count ? _files[(int)index]! : null!;
            file?.Hold();
            return file is not null;
        }
    }

    /// <summary>Frees a number.</summary>
    /// <returns>False when it is not open.</returns>
    public bool Remove(int descriptor)
    {
        OpenFile? file;
        lock (_gate)
        {
            uint index = (uint)(descriptor - First);
            file = index < (uint)_files.Count ? _files[(int)index] : null;
            if (file is not null)
                _files[(int)index] = null;
        }

        file?.LetGo();
        return file is not null;
    }
}
