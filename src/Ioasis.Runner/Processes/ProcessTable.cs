using System.Collections.Concurrent;
using Ioasis.Engine.Memory;
using Ioasis.Runner.Files;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// The processes that use emulated files, and the file behind each of their descriptors. A process gets in with its first call on an
/// emulated file, and out when it ends (<see cref="Ended"/>).
/// </summary>
/// <remarks>
/// Locks: <c>_lock</c> protects the processes by number and their threads. <see cref="Find"/> takes no lock once a thread is known:
/// what it looks up is proved by asking the kernel through the process's own directory.
/// </remarks>
internal sealed unsafe class ProcessTable(OpenFiles files, RemoteMemories memories, Action<ClientProcess> watch)
{
    private readonly Lock _lock = new();
    private ConcurrentDictionary<int, ClientProcess>? _byThread; // null until there is one; set under _lock
    private readonly Dictionary<int, ClientProcess> _byId = [];
    private readonly Dictionary<uint, Account> _users = [];
    private volatile bool _hasNoRoom; // the last process could not be held for want of descriptors

    /// <summary>What the engine may need for each user, in bytes.</summary>
    public long EngineMemoryLimit { get; init; } = long.MaxValue;

    /// <summary>Which RLIMIT_MEMLOCK counts for what they pin.</summary>
    public MemlockRule Memlock { get; init; } = new(countsHost: false);

    /// <summary>Processes that are known.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byId.Count;
        }
    }

    /// <summary>What is charged to all users together: pinned pages, and bytes of the engine.</summary>
    public (ulong Pages, long Bytes) Charged
    {
        get
        {
            lock (_lock)
            {
                ulong pages = 0;
                long bytes = 0;
                foreach ((PinLedger pins, EngineMemory engine) in _users.Values)
                {
                    pages += pins.Pages;
                    bytes += engine.Bytes;
                }

                return (pages, bytes);
            }
        }
    }

    /// <summary>Finds the emulated file behind a descriptor, and whose it is. The call holds the file then: <see cref="OpenFiles.Leave"/>.</summary>
    /// <param name="thread">A thread that waits for us to answer.</param>
    /// <param name="descriptor">One of its descriptors.</param>
    /// <param name="process">Its process, when the descriptor is one of ours.</param>
    /// <param name="file">The emulated file, when it is one.</param>
    /// <returns>
    /// 0; ENOENT when it is some other file, or was closed meanwhile; EBADF when it is not open; ENFILE when we have no descriptors for its
    /// process.
    /// </returns>
    public int Find(int thread, int descriptor, out ClientProcess process, out OpenFile file)
    {
        file = null!;
        process = null!;
        if (Volatile.Read(ref _byThread) is { } known && known.TryGetValue(thread, out process!))
        {
            ProcPath path = ProcPath.TaskDescriptor(process.Id, thread, descriptor);
            if (Stat.Get(process.Directory, path.Text, out statx found) == 0)
                return files.TryFind(Stat.IdOf(in found), out file) && file.TryEnter() ? 0 : Linux.ENOENT;
        }

        int error = Identify(thread, descriptor, out FileId id);
        if (error != 0 || !files.TryFind(id, out file))
            return error != 0 ? error : Linux.ENOENT;
        if (!TryAdopt(thread, out process))
            return _hasNoRoom ? Linux.ENFILE : Linux.EBADF;
        return file.TryEnter() ? 0 : Linux.ENOENT;
    }

    /// <summary>Which file a thread has behind a descriptor, emulated or not.</summary>
    /// <returns>0, or EBADF when it is not open.</returns>
    public static int Identify(int thread, int descriptor, out FileId id)
    {
        ProcPath path = ProcPath.Descriptor(thread, descriptor);
        int error = Stat.Get(Linux.AT_FDCWD, path.Text, 0, out statx found);
        id = Stat.IdOf(in found);
        return error == 0 ? 0 : Linux.EBADF;
    }

    /// <summary>The process of a thread, when it is known. Asks the kernel; not for hot paths.</summary>
    public ClientProcess? FindKnown(int thread)
    {
        lock (_lock)
        {
            if (_byId.Count == 0)
                return null;
            if (_byThread!.TryGetValue(thread, out ClientProcess? process) && HasThread(process, thread))
                return process;
            return ProcessStatus.TryRead(thread, out ProcessStatus status) && _byId.TryGetValue(status.Process, out process) && HasThread(process, thread)
                ? process
                : null;
        }
    }

    /// <summary>The parent of a process, when it is known too.</summary>
    public ClientProcess? ParentOf(ClientProcess process)
    {
        lock (_lock)
            return _byId.GetValueOrDefault(process.Parent);
    }

    /// <summary>The process has ended.</summary>
    public void Ended(ClientProcess process)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(process.Id, out ClientProcess? known) && known == process)
                _byId.Remove(process.Id);
            foreach (int thread in process.Threads)
                _byThread!.TryRemove(new KeyValuePair<int, ClientProcess>(thread, process));
        }

        process.Retire();
    }

    /// <summary>Forgets all. For the end.</summary>
    public void Clear()
    {
        ClientProcess[] all;
        lock (_lock)
            all = [.. _byId.Values];
        foreach (ClientProcess process in all)
            Ended(process);
    }

    /// <summary>Makes the process of a thread known.</summary>
    public bool TryAdopt(int thread, out ClientProcess process)
    {
        process = null!;
        if (!ProcessStatus.TryRead(thread, out ProcessStatus status))
            return false;
        ClientProcess? replaced = null;
        bool isNew = false;
        lock (_lock)
        {
            if (!_byId.TryGetValue(status.Process, out process!) || !HasThread(process, thread))
            {
                replaced = process; // an earlier process with this number, of whose end we shall hear
                if (Open(in status, thread) is not { } opened)
                    return false;
                process = opened;
                isNew = true;
                _byId[status.Process] = process;
            }

            (_byThread ??= new())[thread] = process;
            process.Threads.Add(thread);
            ForgetEndedThreads(process);
        }

        if (replaced is not null)
            Ended(replaced);
        if (isNew)
            watch(process);
        return true;
    }

    /// <summary>The memories of all processes below this one, which become known by it. Slow: every process of the system is looked at.</summary>
    public IEnumerable<RemoteMemory> SearchProcesses()
    {
        foreach (int id in Descendants.OfThisProcess())
        {
            if (TryAdopt(id, out ClientProcess process) && process.Memory(id, this) is { } memory)
                yield return memory;
        }
    }

    private ClientProcess? Open(in ProcessStatus status, int thread)
    {
        Descriptor directory = LibC.open($"/proc/{status.Process}", Linux.O_PATH | Linux.O_CLOEXEC);
        Descriptor pidFd = DescriptorCopy.OpenPidFd(status.Process, 0);
        if (!_users.TryGetValue(status.User, out Account? user))
            _users.Add(status.User, user = new Account(new PinLedger(), new EngineMemory(EngineMemoryLimit)));
        var process = new ClientProcess(in status, directory, pidFd, user.Pins, user.Engine, memories, Memlock);
        _hasNoRoom = !directory.IsInvalid && !pidFd.IsInvalid ? !files.Quota.HasRoom(pidFd.Number) : HasThread(thread);
        // The thread waits for us; that it is in the directory, and the process alive after, proves that both are the same process.
        if (!_hasNoRoom && !directory.IsInvalid && !pidFd.IsInvalid && HasThread(process, thread) && process.IsRunning)
            return process;
        process.Retire();
        return null;
    }

    private static bool HasThread(int thread)
    {
        ProcPath path = ProcPath.Of(thread, ""u8);
        return Stat.Get(Linux.AT_FDCWD, path.Text, 0, out _) == 0;
    }

    private static bool HasThread(ClientProcess process, int thread)
    {
        ProcPath path = ProcPath.Task(thread, ""u8);
        return Stat.Get(process.Directory, path.Text, out _) == 0;
    }

    /// <summary>A process whose threads come and go: the number of entries stays about that of its threads.</summary>
    private void ForgetEndedThreads(ClientProcess process)
    {
        if (process.Threads.Count < 64 || !int.IsPow2(process.Threads.Count))
            return;
        foreach (int thread in process.Threads.Where(thread => !HasThread(process, thread)).ToArray())
        {
            process.Threads.Remove(thread);
            _byThread!.TryRemove(new KeyValuePair<int, ClientProcess>(thread, process));
        }
    }

    /// <summary>What a user is charged for.</summary>
    private sealed record Account(PinLedger Pins, EngineMemory Engine);
}
