using Ioasis.Dispatch.Files;
using Ioasis.Engine.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Files;

/// <summary>One open of an emulated device: the file, and what clients' descriptors of it lead to.</summary>
/// <param name="Id">Identifies the stand-in file that the descriptors really are.</param>
/// <param name="File">The emulated file.</param>
/// <param name="Node">What was opened.</param>
/// <param name="Flags">The flags that it was opened with.</param>
/// <param name="StandIn">The stand-in's first description, ours.</param>
internal sealed record OpenFile(FileId Id, DeviceFile File, PathNode Node, int Flags, Descriptor StandIn)
{
    private long _position;
    private int _seenLow;

    /// <summary>What of it clients may map; null for a queue.</summary>
    public FilePages? Pages { get; init; }

    /// <summary>
    /// The file's position, in bytes, for read(2) and write(2). Kept here and not in the stand-in, whose own position makes such calls
    /// fail where no filter sees them (<see cref="StandInFile.ForClients"/>). One open, one description, one position.
    /// </summary>
    public ulong Position => (ulong)Volatile.Read(ref _position);

    /// <summary>Bytes have been read or written at the position.</summary>
    public void Advance(long bytes) => Interlocked.Add(ref _position, bytes);

    /// <summary>True the first time that it is asked.</summary>
    public bool IsFirstAtLowNumber() => Interlocked.Exchange(ref _seenLow, 1) == 0;

    /// <summary>lseek(2), of a file of sysfs.</summary>
    /// <param name="offset">Bytes from where <paramref name="from"/> says.</param>
    /// <param name="from">SEEK_SET, SEEK_CUR or SEEK_END.</param>
    /// <returns>The position, or -1 when there is no such.</returns>
    public long Seek(long offset, int from)
    {
        long start = from switch
        {
            Linux.SEEK_SET => 0,
            Linux.SEEK_CUR => Volatile.Read(ref _position),
            Linux.SEEK_END => (long)(Node.Attribute?.Entry.Size ?? 0),
            _ => long.MinValue,
        };
        if (start < 0 || offset < -start || offset > long.MaxValue - start)
            return -1;
        Volatile.Write(ref _position, start + offset);
        return start + offset;
    }

    /// <summary>It is a file of sysfs that the client may write.</summary>
    public bool IsWritableAttribute => File is AttributeFile && Allows(writing: true);

    /// <summary>It was opened for reading, or for writing.</summary>
    public bool Allows(bool writing) => (Flags & Linux.O_ACCMODE) != (writing ? Linux.O_RDONLY : Linux.O_WRONLY);
}

/// <summary>A file, by what stat(2) tells of it.</summary>
internal readonly record struct FileId(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    /// <summary>Bytes of the file, both ends inclusive.</summary>
    public MemoryRun RunOf(ulong first, ulong last) => new(null, (ulong)DeviceMajor << 32 | DeviceMinor, Inode, first, last);
}
