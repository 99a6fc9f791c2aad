using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Memory;

/// <summary>
/// The files that are held while a client has pages of them pinned, each once, whoever pinned how much of it. A file is had through the
/// client's mapping (/proc/PID/map_files, which needs CAP_CHECKPOINT_RESTORE in the first user namespace), or through a descriptor that the
/// client has open (/proc/PID/fd).
/// </summary>
/// <remarks>Thread-safe: <c>_lock</c> protects the tables and counts; no file is opened while it is held.</remarks>
internal sealed class HeldFiles
{
    /// <summary>Descriptors of a client that are looked at in search of a file.</summary>
    private const int MostDescriptors = 1024;

    /// <summary>How long it is remembered that a client has no descriptor of a file, in milliseconds, and of how many.</summary>
    private const int LongestAbsence = 1000, MostAbsences = 1024;

    private static volatile bool s_mapFilesForbidden;

    private readonly Lock _lock = new();
    private readonly Dictionary<FileId, HeldFile> _byId = [];
    private readonly Dictionary<FileId, long> _absent = []; // until when

    /// <summary>Files held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byId.Count;
        }
    }

    /// <summary>Holds the file behind a shared mapping of a client.</summary>
    /// <param name="process">The client.</param>
    /// <param name="range">Its mapping.</param>
    /// <param name="last">The last byte of the file that is needed.</param>
    /// <returns>Null when it cannot be had. Otherwise <see cref="Release"/> must follow.</returns>
    public HeldFile? Hold(int process, in MappedRange range, ulong last)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(range.File, out HeldFile? known) && known.Length > last)
            {
                known.Users++;
                return known;
            }

            if (_absent.TryGetValue(range.File, out long until) && Environment.TickCount64 < until)
                return null;
        }

        HeldFile? held = null;
        using (Descriptor file = Open(process, in range))
        {
            if (!file.IsInvalid && TryGetSize(file, out ulong size, out ulong page))
                held = HeldFile.Map(range.File, file, size, Math.Max(Math.Max(page, range.PageSize), (ulong)Environment.SystemPageSize));
        }

        lock (_lock)
        {
            if (held is null)
            {
                if (_absent.Count == MostAbsences)
                    _absent.Clear();
                _absent[range.File] = Environment.TickCount64 + LongestAbsence;
                return null;
            }

            held.Users = 1;
            _byId[range.File] = held; // one that was shorter, or was made at the same time, goes with those who use it
        }

        return held;
    }

    /// <summary>One more run needs a file that is held.</summary>
    public void Share(HeldFile held)
    {
        lock (_lock)
            held.Users++;
    }

    /// <summary>A run needs it no more.</summary>
    public void Release(HeldFile held)
    {
        lock (_lock)
        {
            if (--held.Users != 0)
                return;
            if (_byId.GetValueOrDefault(held.Id) == held)
                _byId.Remove(held.Id);
        }

        held.Unmap();
    }

    private static unsafe bool TryGetSize(Descriptor file, out ulong size, out ulong page)
    {
        byte empty = 0;
        int error = Stat.Get(file.Number, &empty, Linux.AT_EMPTY_PATH, out statx found);
        size = found.stx_size;
        page = System.Numerics.BitOperations.IsPow2(found.stx_blksize) ? found.stx_blksize : 0; // of hugetlbfs: its huge page
        return error == 0;
    }

    private static Descriptor Open(int process, in MappedRange range)
    {
        if (!s_mapFilesForbidden)
        {
            Descriptor mapped = OpenChecked($"/proc/{process}/map_files/{range.Start:x}-{range.End:x}", range.File, out int error);
            if (!mapped.IsInvalid)
                return mapped;
            if (error is Linux.EPERM or Linux.EACCES)
                s_mapFilesForbidden = true;
        }

        return range.Name == MappedName.Nameless ? new Descriptor(-1) : OpenByDescriptor(process, range.File);
    }

    private static unsafe Descriptor OpenByDescriptor(int process, FileId file)
    {
        int looked = 0;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
            {
                if (++looked > MostDescriptors)
                    break;
                if (!int.TryParse(Path.GetFileName(path.AsSpan()), out int number))
                    continue;
                ProcPath text = ProcPath.Descriptor(process, number);
                if (Stat.Get(Linux.AT_FDCWD, text.Text, 0, out statx found) != 0 || Stat.IdOf(in found) != file)
                    continue;
                Descriptor opened = OpenChecked(path, file, out _);
                if (!opened.IsInvalid)
                    return opened;
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // the process has ended, or is not to be looked at
        }

        return new Descriptor(-1);
    }

    /// <summary>Opens a file that is known to be memory, for writing if that may be, if it is the one that is meant.</summary>
    private static Descriptor OpenChecked(string path, FileId file, out int error)
    {
        Descriptor opened = LibC.open(path, Linux.O_RDWR | Linux.O_CLOEXEC);
        error = opened.IsInvalid ? System.Runtime.InteropServices.Marshal.GetLastPInvokeError() : 0;
        if (error is Linux.EACCES or Linux.EPERM)
        {
            opened.Dispose();
            opened = LibC.open(path, Linux.O_RDONLY | Linux.O_CLOEXEC);
            if (!opened.IsInvalid)
                error = 0;
        }

        if (opened.IsInvalid || (Stat.TryGet(opened, out FileId found) && found == file))
            return opened;
        opened.Dispose();
        return new Descriptor(-1);
    }
}
