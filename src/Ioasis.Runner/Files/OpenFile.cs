using Ioasis.Dispatch.Files;
using Ioasis.Engine.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Files;

/// <summary>One open of an emulated device: the file, and what clients' descriptors of it lead to.</summary>
/// <remarks>
/// Any thread. A call holds the file (<see cref="TryEnter"/>, <see cref="Leave"/>), as the kernel's calls hold theirs: a file whose last
/// descriptor is closed meanwhile is released when the last such call has ended.
/// </remarks>
/// <param name="id">Identifies the stand-in file that the descriptors really are.</param>
/// <param name="file">The emulated file.</param>
/// <param name="node">What was opened.</param>
/// <param name="flags">The flags that it was opened with.</param>
/// <param name="standIn">The stand-in's first description, ours.</param>
/// <param name="share">On whose account the stand-in is.</param>
internal sealed class OpenFile(FileId id, DeviceFile file, PathNode node, int flags, Descriptor standIn, DescriptorShare share)
{
    private long _position;
    private int _seenLow;
    private const int Closed = int.MinValue; // the sign bit of _calls; below it the calls are counted

    private int _calls;

    public FileId Id => id;

    public DeviceFile File => file;

    public PathNode Node => node;

    public int Flags => flags;

    public Descriptor StandIn => standIn;

    public DescriptorShare Share => share;

    /// <summary>The process that it was opened for; 0 when that is not known.</summary>
    public int Process { get; init; }

    /// <summary>The number of the descriptor that it was given; -1 before.</summary>
    public int Number { get; set; } = -1;

    /// <summary>By which its end is told (<see cref="CloseNews"/>).</summary>
    public required int Watch { get; init; }

    /// <summary>
    /// The client's description bears its mark (<see cref="StandInFile.Mark"/>). Before, the description is ours, and that it has no mark does
    /// not tell that it was closed.
    /// </summary>
    public bool IsMarked
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

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

    /// <summary>A call begins.</summary>
    /// <returns>False when the last descriptor has been closed.</returns>
    public bool TryEnter()
    {
        int calls = Volatile.Read(ref _calls);
        while (calls >= 0)
        {
            int now = Interlocked.CompareExchange(ref _calls, calls + 1, calls);
            if (now == calls)
                return true;
            calls = now;
        }

        return false;
    }

    /// <summary>A call has ended.</summary>
    /// <returns>True when the file is to be released now: it has been closed, and this call was the last.</returns>
    public bool Leave() => Interlocked.Decrement(ref _calls) == Closed;

    /// <summary>The last descriptor was closed. Once.</summary>
    /// <returns>True when the file is to be released now: no call is under way.</returns>
    public bool Close() => Interlocked.Or(ref _calls, Closed) == 0;
}

/// <summary>A file, by what stat(2) tells of it.</summary>
internal readonly record struct FileId(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    /// <summary>Bytes of the file, both ends inclusive.</summary>
    public MemoryRun RunOf(ulong first, ulong last) => new(null, (ulong)DeviceMajor << 32 | DeviceMinor, Inode, first, last);
}
