using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>
/// What a client's descriptor of an emulated file really is: something without a name, one an open, opened twice. The first
/// description stays with this process, and is where watching begins; the second one is what clients get, and the end of its last
/// descriptor and last mapping gives the event that stands for release.
/// </summary>
internal static unsafe class StandInFile
{
    /// <summary>Bytes of a stand-in: 16 regions of 2^40 bytes.</summary>
    public const long Length = 1L << 44;

    /// <summary>
    /// For a device: an empty file in memory (memfd), as large as all regions of a device, sparse and sealed, so that parts can be
    /// mapped when the device allows it.
    /// </summary>
    /// <param name="name">Shown by /proc/PID/fd and /proc/PID/maps.</param>
    /// <param name="length">Its bytes: <see cref="Length"/>, or what our own limit (RLIMIT_FSIZE) lets us have; only those can be mapped.</param>
    /// <returns>The first description, or null with the error number set.</returns>
    public static Descriptor? MakeMemory(string name, out long length)
    {
        Descriptor first = LibC.memfd_create(name, Linux.MFD_CLOEXEC | Linux.MFD_ALLOW_SEALING);
        length = Length;
        if (!first.IsInvalid && (LibC.ftruncate(first, Length) == 0 || IsShortened(first, out length)))
        {
            _ = LibC.fcntl(first, Linux.F_ADD_SEALS, Linux.F_SEAL_SHRINK | Linux.F_SEAL_GROW | Linux.F_SEAL_SEAL);
            return first;
        }

        first.Dispose();
        return null;
    }

    /// <summary>
    /// For a file of sysfs: what it holds as it is opened, for a client that reads where we do not see it; empty when the client may write,
    /// so that we find what it wrote there (<see cref="LateWrite"/>).
    /// </summary>
    /// <returns>The first description, or null with the error number set.</returns>
    public static Descriptor? MakeText(string name, ReadOnlySpan<byte> text)
    {
        Descriptor first = LibC.memfd_create(name, Linux.MFD_CLOEXEC);
        fixed (byte* from = text)
        {
            if (!first.IsInvalid && (text.IsEmpty || LibC.write(first, from, (nuint)text.Length) == text.Length))
                return first;
        }

        first.Dispose();
        return null;
    }

    /// <summary>
    /// Marks the client's description: an open file description lock (fcntl(2)) far beyond any byte, which goes with the description and
    /// not before, whoever has duplicates of it.
    /// </summary>
    /// <param name="second">The client's description.</param>
    /// <param name="flags">The open(2) flags that it was made with.</param>
    public static void Mark(Descriptor second, int flags)
    {
        flock mark = MarkOf((flags & Linux.O_ACCMODE) == Linux.O_RDONLY ? Linux.F_RDLCK : Linux.F_WRLCK);
        _ = LibC.fcntl(second, Linux.F_OFD_SETLK, &mark);
    }

    /// <summary>Whether the client's description still is; yes where the kernel does not tell.</summary>
    public static bool IsMarked(Descriptor first)
    {
        flock mark = MarkOf(Linux.F_WRLCK);
        return LibC.fcntl(first, Linux.F_OFD_GETLK, &mark) != 0 || mark.l_type != Linux.F_UNLCK;
    }

    /// <summary>For a queue: a pipe, both ends in one description, as poll(2) can tell of a pipe whether there is something to read.</summary>
    /// <returns>The first description, or null with the error number set.</returns>
    public static Descriptor? MakePipe()
    {
        int* ends = stackalloc int[2];
        if (LibC.pipe2(ends, Linux.O_CLOEXEC) != 0)
            return null;
        using var reading = new Descriptor(ends[0]);
        using var writing = new Descriptor(ends[1]);
        return Reopen(reading, Linux.O_RDWR | Linux.O_NONBLOCK);
    }

    /// <summary>
    /// The description that clients get. Its position is the last that there is, where the kernel itself refuses read(2) and write(2) with
    /// EINVAL, as for a device that knows neither: at a number below those that are trapped nobody reads zeros, and no bytes are lost.
    /// </summary>
    /// <inheritdoc cref="Reopen"/>
    public static Descriptor? ForClients(Descriptor first, int flags)
    {
        Descriptor? second = Reopen(first, flags);
        if (second is not null)
            _ = LibC.lseek(second, long.MaxValue, Linux.SEEK_SET); // a pipe has no position
        return second;
    }

    /// <summary>Opens it once more.</summary>
    /// <param name="first">The first description.</param>
    /// <param name="flags">open(2) flags: access mode, O_NONBLOCK and O_APPEND are kept.</param>
    /// <returns>Another description, or null with the error number set.</returns>
    public static Descriptor? Reopen(Descriptor first, int flags)
    {
        int kept = flags & (Linux.O_ACCMODE | Linux.O_NONBLOCK | Linux.O_APPEND);
        Descriptor second = LibC.open(first.ProcPath, kept | Linux.O_CLOEXEC);
        if (!second.IsInvalid)
            return second;
        second.Dispose();
        return null;
    }

    private static flock MarkOf(short kind) => new() { l_type = kind, l_start = 1L << 62, l_len = 1 };

    /// <summary>Our own file size limit is below what a device needs, and the kernel does not let us have more: as long as may be.</summary>
    private static bool IsShortened(Descriptor first, out long length)
    {
        rlimit limit;
        length = 0;
        if (Marshal.GetLastPInvokeError() != Linux.EFBIG || LibC.prlimit64(0, Linux.RLIMIT_FSIZE, null, &limit) != 0)
            return false;
        length = (long)Math.Min(limit.rlim_cur, Length) & -Environment.SystemPageSize;
        return LibC.ftruncate(first, length) == 0;
    }
}
