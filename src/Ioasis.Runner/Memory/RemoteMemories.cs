using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>
/// Every client memory that is held open. One that is gone is closed by <see cref="CloseDead"/>; one that no living process is known
/// to use any more, but that is still there (another process shares it), is looked at again later.
/// </summary>
/// <remarks>Locks: <c>_lock</c> protects the list.</remarks>
internal sealed class RemoteMemories(Func<FileId, bool> isEmulated)
{
    private readonly Lock _lock = new();
    private readonly List<RemoteMemory> _all = [];

    public Filesystems Filesystems => LazyInitializer.EnsureInitialized(ref field, static () => new Filesystems())!;

    /// <summary>Finds a process that maps a byte of a file, other than those whose memory is known; set by their owner.</summary>
    public Func<FileId, ulong, RemoteSharedPages.Place?>? SearchProcesses { get; set; }

    /// <summary>Memories held open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _all.Count;
        }
    }

    /// <summary>Whether it is a stand-in of an emulated device: its pages are registers, not memory.</summary>
    public bool IsEmulated(FileId file) => file.Inode != 0 && isEmulated(file);

    public void Add(RemoteMemory memory)
    {
        lock (_lock)
            _all.Add(memory);
    }

    /// <summary>Closes memories that are gone.</summary>
    /// <param name="isUsed">Whether a living process is known to use it; such a one is not looked at.</param>
    /// <returns>Whether some are left that nobody is known to use.</returns>
    public bool CloseDead(Func<RemoteMemory, bool> isUsed)
    {
        RemoteMemory[] unused;
        lock (_lock)
            unused = [.. _all.Where(memory => !isUsed(memory))];
        int left = unused.Length;
        foreach (RemoteMemory memory in unused)
        {
            if (memory.IsAlive)
                continue;
            left--;
            lock (_lock)
                _all.Remove(memory);
            memory.Dispose();
        }

        return left > 0;
    }

    /// <summary>Closes all. For the end.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (RemoteMemory memory in _all)
                memory.Dispose();
            _all.Clear();
        }
    }

    /// <summary>Finds a client that maps a byte of a file, MAP_SHARED.</summary>
    public RemoteSharedPages.Place? FindShared(FileId file, ulong offset)
    {
        RemoteMemory[] known;
        lock (_lock)
            known = [.. _all];
        foreach (RemoteMemory memory in known)
        {
            if (FindShared(memory, file, offset) is { } place)
                return place;
        }

        return SearchProcesses?.Invoke(file, offset);
    }

    /// <summary>Finds a shared mapping of a byte of a file in one memory.</summary>
    public static RemoteSharedPages.Place? FindShared(RemoteMemory memory, FileId file, ulong offset)
    {
        RemoteSharedPages.Place? place = null;
        try
        {
            _ = memory.Map.ForEach(range =>
            {
                if (range.Shared && range.File == file && offset >= range.FileOffset && offset - range.FileOffset < range.End - range.Start)
                    place = new RemoteSharedPages.Place(memory, range);
                return place is null;
            });
        }
        catch (ObjectDisposedException)
        {
            return null;
        }

        return place;
    }
}
