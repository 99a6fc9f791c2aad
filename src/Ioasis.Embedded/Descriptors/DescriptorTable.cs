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
    public int Add(DeviceFile file) => Add(file, isReserved: false);

    /// <summary>The same, but no call finds the file before <see cref="Install"/>.</summary>
    public int Reserve(DeviceFile file) => Add(file, isReserved: true);

    /// <summary>Makes a reserved number an open one.</summary>
    public void Install(int descriptor)
    {
        lock (_gate)
            _files[descriptor - First]!.IsReserved = false;
    }

    /// <summary>Gives a reserved number back, and releases its file.</summary>
    public void Return(int descriptor)
    {
        OpenFile file;
        lock (_gate)
        {
            file = _files[descriptor - First]!;
            _files[descriptor - First] = null;
        }

        file.LetGo();
    }

    private int Add(DeviceFile file, bool isReserved)
    {
        OpenFile open = new(file) { IsReserved = isReserved };
        lock (_gate)
        {
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
            file = Find(descriptor)!;
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
            file = Find(descriptor);
            if (file is not null)
                _files[descriptor - First] = null;
        }

        file?.LetGo();
        return file is not null;
    }

    /// <summary>Under the lock.</summary>
    private OpenFile? Find(int descriptor)
    {
        uint index = (uint)(descriptor - First);
        return index < (uint)_files.Count && _files[(int)index] is { IsReserved: false } open ? open : null;
    }
}
