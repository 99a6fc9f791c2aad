using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>
/// What a client's descriptor of an emulated device really is: an empty file in memory (memfd) without a name, one an open. It is
/// as large as all regions of a device, sparse and sealed, so that parts can be mapped when the device allows it.
/// </summary>
/// <remarks>
/// It is opened twice. The first description is where watching begins; the second one is what clients get, and the end of its last
/// descriptor and last mapping gives the event that stands for release.
/// </remarks>
internal static unsafe class StandInFile
{
    /// <summary>Bytes of a stand-in: 16 regions of 2^40 bytes.</summary>
    public const long Length = 1L << 44;

    /// <summary>Makes one.</summary>
    /// <param name="name">Shown by /proc/PID/fd and /proc/PID/maps.</param>
    /// <param name="flags">The client's open(2) flags: access mode, O_NONBLOCK and O_APPEND are kept.</param>
    /// <param name="beforeReopen">Called with the file before it is opened the second time; returns false to give up.</param>
    /// <param name="id">Which file it is.</param>
    /// <returns>The second description, or null with the error number set.</returns>
    public static Descriptor? Make(string name, int flags, Func<Descriptor, FileId, bool> beforeReopen, out FileId id)
    {
        id = default;
        using Descriptor first = LibC.memfd_create(name, Linux.MFD_CLOEXEC | Linux.MFD_ALLOW_SEALING);
        if (first.IsInvalid || LibC.ftruncate(first, Length) != 0)
            return null;
        _ = LibC.fcntl(first, Linux.F_ADD_SEALS, Linux.F_SEAL_SHRINK | Linux.F_SEAL_GROW | Linux.F_SEAL_SEAL);
        if (!Stat.TryGet(first, out id) || !beforeReopen(first, id))
            return null;
        int kept = flags & (Linux.O_ACCMODE | Linux.O_NONBLOCK | Linux.O_APPEND);
        Descriptor second = LibC.open(first.ProcPath, kept | Linux.O_CLOEXEC);
        return second.IsInvalid ? null : second;
    }
}
