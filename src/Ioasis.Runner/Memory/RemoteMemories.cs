using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>
/// Every client memory that is held open. One that is gone is closed by <see cref="CloseDead"/>; one that no living process is known
/// to use any more, but that is still there (another process shares it), is looked at again later.
/// </summary>
/// <remarks>Locks: <c>_lock</c> protects the sets, and how many use a memory.</remarks>
internal sealed class RemoteMemories
{
    private readonly Func<FileId, bool> _isEmulated;
    private readonly Lock _lock = new();
    private readonly HashSet<RemoteMemory> _all = [];
    private readonly HashSet<RemoteMemory> _unused = []; // those that no process is known to use

    public RemoteMemories(Func<FileId, bool> isEmulated)
    {
        _isEmulated = isEmulated;
    }

    public Filesystems Filesystems => LazyInitializer.EnsureInitialized(ref field, static () => new Filesystems())!;

    /// <summary>Files of which clients have shared pages pinned.</summary>
    public HeldFiles Held => LazyInitializer.EnsureInitialized(ref field, static () => new HeldFiles())!;

    /// <summary>Where such files are mapped that cannot be held.</summary>
    public SharedMappings Shared => LazyInitializer.EnsureInitialized(ref field, () => new SharedMappings(EverySearched))!;

    /// <summary>The memories of all processes that may map what a client maps, known or not; slow. Set by their owner.</summary>
    public Func<IEnumerable<RemoteMemory>>? SearchProcesses { get; set; }

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
    public bool IsEmulated(FileId file) => file.Inode != 0 && _isEmulated(file);

    /// <summary>A process uses the memory, which is new or in use by another.</summary>
    public void Use(RemoteMemory memory)
    {
        lock (_lock)
        {
            if (memory.Users++ != 0 || _all.Add(memory))
                return;
            _unused.Remove(memory);
        }
    }

    /// <summary>A process uses it no more.</summary>
    public void Leave(RemoteMemory memory)
    {
        lock (_lock)
        {
            if (--memory.Users == 0 && _all.Contains(memory))
                _unused.Add(memory);
        }
    }

    /// <summary>Closes memories that are gone. Those that a process is known to use are not looked at.</summary>
    /// <returns>Whether some are left that nobody is known to use.</returns>
    public bool CloseDead()
    {
        RemoteMemory[] unused;
        lock (_lock)
        {
            if (_unused.Count == 0)
                return false;
            unused = [.. _unused];
        }

        int left = unused.Length;
        foreach (RemoteMemory memory in unused)
        {
            if (memory.IsAlive)
                continue;
            left--;
            lock (_lock)
            {
                _unused.Remove(memory);
                _all.Remove(memory);
            }

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
            _unused.Clear();
        }
    }

    /// <summary>Whether a client maps a byte of a file, MAP_SHARED, now. Slow: every memory is looked at.</summary>
    public bool IsMapped(FileId file, ulong offset)
    {
        foreach (RemoteMemory memory in EverySearched())
        {
            if (IsMapped(memory, file, offset))
                return true;
        }

        return false;
    }

    private static bool IsMapped(RemoteMemory memory, FileId file, ulong offset)
    {
        bool found = false;
        try
        {
            _ = memory.Map.ForEach(range =>
            {
                found = range.Shared && range.File == file && offset >= range.FileOffset && offset - range.FileOffset < range.End - range.Start;
                return !found;
            });
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        return found;
    }

    /// <summary>The memories that are known, and then those of processes that are not.</summary>
    private IEnumerable<RemoteMemory> EverySearched()
    {
        RemoteMemory[] known;
        lock (_lock)
            known = [.. _all];
        foreach (RemoteMemory memory in known)
            yield return memory;
        if (SearchProcesses is null)
            yield break;
        HashSet<RemoteMemory> seen = [.. known];
        foreach (RemoteMemory memory in SearchProcesses())
        {
            if (seen.Add(memory))
                yield return memory;
        }
    }
}
