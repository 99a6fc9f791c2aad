using System.Collections.Concurrent;
using Ioasis.Dispatch.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Files;

/// <summary>
/// Every emulated file that some client holds, and the news that it no longer does. The kernel tells through inotify when the last
/// descriptor and the last mapping of a stand-in file are gone; it does so before the client's close(2) returns.
/// </summary>
/// <remarks>
/// Law: <see cref="ReleaseClosed"/> comes before anything is served that could find the difference. Whoever calls it waits until all
/// events that were there are carried out, also by others: a device that a client closed is free when the client's next call is
/// answered. Lock order: <c>_lock</c> is held while files are released.
/// </remarks>
internal sealed unsafe class OpenFiles : IDisposable
{
    private const int EventHeader = 16; // struct inotify_event without a name

    private readonly Descriptor _inotify = LibC.inotify_init1(Linux.O_CLOEXEC | Linux.O_NONBLOCK);
    private readonly Lock _lock = new();
    private readonly Action<string> _complain;
    private Tables? _tables; // null until a client opens something, which most programs never do
    private int _count;
    private int _attributes; // of files of sysfs that may be written

    public OpenFiles(Action<string> complain)
    {
        _complain = complain;
        if (_inotify.IsInvalid)
            throw new IOException("inotify is not available: too many instances of this user? (fs.inotify.max_user_instances)");
    }

    /// <summary>Becomes readable when a file was closed.</summary>
    public Descriptor Events => _inotify;

    /// <summary>Called after a file was released.</summary>
    public Action Released { get; set; } = () => { };

    /// <summary>Finds a client that maps a byte of a file; set by whoever knows the clients.</summary>
    public Func<FileId, ulong, bool> IsMappedAt { get; set; } = (_, _) => false;

    /// <summary>Files that are open, or whose end has not been carried out yet.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether a client has a file of sysfs open that it may write.</summary>
    public bool HasAttributes => Volatile.Read(ref _attributes) != 0;

    public bool TryFind(FileId id, out OpenFile file)
    {
        file = null!;
        return Volatile.Read(ref _tables) is { } tables && tables.ById.TryGetValue(id, out file!);
    }

    /// <summary>Whether the number of a stand-in file of ours is meant, for mappings.</summary>
    public bool Contains(FileId id) => TryFind(id, out _);

    /// <summary>
    /// Makes the descriptor behind which clients find <paramref name="file"/>, and gives the file its pages or its poll. From now on the file is released when the last
    /// reference to that descriptor's description goes: at the latest when the caller closes it without having installed it.
    /// </summary>
    /// <returns>Null when the system has no room for another: then the caller releases the file.</returns>
    public Descriptor? Add(DeviceFile file, PathNode node, int flags)
    {
        var queue = file as QueueFile;
        Descriptor? made = file switch
        {
            QueueFile => StandInFile.MakePipe(),
            AttributeFile attribute => StandInFile.MakeText(node.Path, (flags & Linux.O_ACCMODE) == Linux.O_RDONLY ? attribute.Text : []),
            _ => StandInFile.MakeMemory(node.Path),
        };
        if (made is not { } first)
            return null;
        int watch = Stat.TryGet(first, out FileId id)
            ? LibC.inotify_add_watch(_inotify, first.ProcPath, Linux.IN_CLOSE_WRITE | Linux.IN_CLOSE_NOWRITE | Linux.IN_ONESHOT)
            : -1;
        if (watch < 0)
        {
            first.Dispose();
            return null;
        }

        FilePages? pages = queue is null ? new FilePages(first, (offset, length) => IsMapped(id, offset, length)) : null;
        var open = new OpenFile(id, file, node, flags, first) { Pages = pages };
        Tables tables = LazyInitializer.EnsureInitialized(ref _tables, static () => new Tables())!;
        tables.ById[id] = open;
        tables.ByWatch[watch] = open;
        Interlocked.Increment(ref _count);
        if (open.IsWritableAttribute)
            Interlocked.Increment(ref _attributes);
        if ((file is AttributeFile ? StandInFile.Reopen(first, flags) : StandInFile.ForClients(first, flags)) is not { } second)
        {
            Forget(watch);
            Interlocked.Decrement(ref _count);
            _ = LibC.inotify_rm_watch(_inotify, watch);
            first.Dispose();
            return null;
        }

        file.Pages = pages;
        if (queue is not null)
        {
            queue.ReadableChanged = new QueueMark(first).Set;
            if (queue.IsReadable)
                queue.ReadableChanged(true);
        }

        return second;
    }

    /// <summary>Releases every file whose end the kernel has announced.</summary>
    public void ReleaseClosed()
    {
        if (Count == 0)
            return;
        const int Room = 64 * EventHeader;
        byte* events = stackalloc byte[Room];
        lock (_lock)
        {
            nint bytes;
            while ((bytes = LibC.read(_inotify, events, Room)) > 0)
            {
                for (byte* one = events; one < events + bytes; one += EventHeader + *(uint*)(one + 12))
                    Handle(*(int*)one, *(uint*)(one + 4));
            }
        }
    }

    /// <summary>Releases what is still open. For the end, when no client is left.</summary>
    public void Dispose()
    {
        ReleaseClosed();
        lock (_lock)
        {
            if (_tables is { } tables)
            {
                foreach (int watch in tables.ByWatch.Keys)
                    Release(watch);
            }
        }

        _inotify.Dispose();
    }

    private void Handle(int watch, uint mask)
    {
        if ((mask & Linux.IN_Q_OVERFLOW) != 0)
            _complain("the kernel lost news of closed files (fs.inotify.max_queued_events): some devices stay in use until the end");
        else if ((mask & (Linux.IN_CLOSE_WRITE | Linux.IN_CLOSE_NOWRITE)) != 0)
            Release(watch);
    }

    private void Release(int watch)
    {
        if (Forget(watch) is not { } open)
            return;
        try
        {
            LateWrite.CarryOut(open, _complain);
            open.File.Release();
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            _complain($"release of {open.Node.Path} failed: {unexpected}");
        }

        open.Pages?.Dispose();
        open.StandIn.Dispose();
        Interlocked.Decrement(ref _count);
        Released();
    }

    private bool IsMapped(FileId id, ulong offset, ulong length)
    {
        ulong page = (ulong)Environment.SystemPageSize;
        for (ulong at = 0; at < length; at += page)
        {
            if (IsMappedAt(id, offset + at))
                return true;
        }

        return false;
    }

    private OpenFile? Forget(int watch)
    {
        if (Volatile.Read(ref _tables) is not { } tables || !tables.ByWatch.TryRemove(watch, out OpenFile? open))
            return null;
        tables.ById.TryRemove(open.Id, out _);
        if (open.IsWritableAttribute)
            Interlocked.Decrement(ref _attributes);
        return open;
    }

    private sealed class Tables
    {
        public readonly ConcurrentDictionary<FileId, OpenFile> ById = new();
        public readonly ConcurrentDictionary<int, OpenFile> ByWatch = new();
    }
}
