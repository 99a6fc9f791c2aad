using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>Asks what a file is.</summary>
internal static unsafe class Stat
{
    /// <summary>Of a path, relative to a directory descriptor (or <see cref="Linux.AT_FDCWD"/>); the path ends with a zero byte.</summary>
    /// <returns>0 or the error number.</returns>
    public static int Get(int directory, byte* path, int flags, out statx result)
    {
        fixed (statx* into = &result)
        {
            return LibC.statx(directory, path, flags, Linux.STATX_BASIC_STATS, into) == 0
                ? 0
                : System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Of a path relative to a directory that somebody may close meanwhile.</summary>
    /// <returns>0 or the error number; ENOENT when it has been closed.</returns>
    public static int Get(Descriptor directory, byte* path, out statx result)
    {
        bool held = false;
        try
        {
            directory.DangerousAddRef(ref held);
            return Get(directory.Number, path, 0, out result);
        }
        catch (ObjectDisposedException)
        {
            result = default;
            return Linux.ENOENT;
        }
        finally
        {
            if (held)
                directory.DangerousRelease();
        }
    }

    public static bool TryGet(Descriptor file, out FileId id)
    {
        byte empty = 0;
        int error = Get(file.Number, &empty, Linux.AT_EMPTY_PATH, out statx result);
        id = IdOf(in result);
        return error == 0;
    }

    public static FileId IdOf(in statx file) => new(file.stx_dev_major, file.stx_dev_minor, file.stx_ino);
}
