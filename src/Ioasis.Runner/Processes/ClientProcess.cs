using Ioasis.Engine.Memory;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// One process that uses emulated files. It is held by descriptors (its directory in /proc, a pidfd), which mean this process and never a
/// later one with the same number.
/// </summary>
/// <remarks>
/// Locks: <c>_lock</c> protects the memory and the attempts to run another program. Retired once, by <see cref="ProcessTable"/>.
/// </remarks>
internal sealed unsafe class ClientProcess
{
    private readonly Lock _lock = new();
    private readonly RemoteMemories _memories;
    private readonly List<int> _execs = [];
    private RemoteMemory? _memory;
    private ImageMark _mark;
    private volatile bool _execPending;
    private volatile bool _retired;

    public ClientProcess(in ProcessStatus status, Descriptor directory, Descriptor pidFd, PinLedger user, EngineMemory engine, RemoteMemories memories, MemlockRule memlock)
    {
        Id = status.Process;
        Parent = status.Parent;
        Directory = directory;
        PidFd = pidFd;
        _memories = memories;
        Owner = new ProcessPinOwner(this, user, engine, memlock);
    }

    public int Id { get; }

    /// <summary>The process that was its parent when it was first seen.</summary>
    public int Parent { get; }

    /// <summary>/proc/ID, opened for paths only.</summary>
    public Descriptor Directory { get; }

    public Descriptor PidFd { get; }

    public PinOwner Owner { get; }

    /// <summary>Threads under which <see cref="ProcessTable"/> knows it. Under the table's lock.</summary>
    public HashSet<int> Threads { get; } = [];

    /// <summary>The memory that the process is known to use; null before it was needed.</summary>
    public RemoteMemory? KnownMemory => Volatile.Read(ref _memory);

    /// <summary>The process has not ended.</summary>
    public bool IsRunning
    {
        get
        {
            bool held = false;
            try
            {
                PidFd.DangerousAddRef(ref held);
                var poll = new pollfd { fd = PidFd.Number, events = Linux.POLLIN };
                return LibC.poll(&poll, 1, 0) == 0;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
            finally
            {
                if (held)
                    PidFd.DangerousRelease();
            }
        }
    }

    /// <summary>The memory that a thread of the process uses now.</summary>
    /// <param name="thread">The thread; it waits for us to answer.</param>
    /// <param name="processes">Where to find the parent: a child that shares its memory (vfork) gets the same object.</param>
    /// <returns>Null when it cannot be opened: the process has ended, or forbids it (PR_SET_DUMPABLE).</returns>
    public RemoteMemory? Memory(int thread, ProcessTable processes)
    {
        RemoteMemory? memory = Volatile.Read(ref _memory);
        if (memory is not null && !_execPending)
            return memory;
        lock (_lock)
        {
            if (_execs.Count > 0)
                SettleExecs(thread);
            if (_memory is null && !_retired)
                SetMemory(Share(processes.ParentOf(this)) ?? Open(thread));
            return _memory;
        }
    }

    /// <summary>A thread asks to run another program. Until it is known what came of it, the memory is not reached by number.</summary>
    /// <returns>The memory whose copies in flight are to be waited for, or null.</returns>
    public RemoteMemory? ExecBegins(int thread)
    {
        lock (_lock)
        {
            if (_execs.Count == 0)
                _mark = ImageMark.Read(thread);
            _execs.Add(thread);
            _execPending = true;
            _memory?.CloseFastPath();
            return _memory;
        }
    }

    /// <summary>It has ended, or another process has its number. Its descriptors are closed; its memory is the memories' affair.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
            if (_memory is { } memory && memory.Process != this)
            {
                for (int i = 0; i < _execs.Count; i++)
                    memory.ReopenFastPath();
            }

            SetMemory(null);
            _execs.Clear();
            Directory.Dispose();
            PidFd.Dispose();
        }
    }

    /// <summary>Finds out what came of the attempts to run another program, now that a thread of the process calls again.</summary>
    private void SettleExecs(int thread)
    {
        // A thread that survives has the old image, unless it has the process's number: the one that runs another program gets that.
        if (thread != Id && !_execs.Contains(thread))
            return;
        ImageMark now = ImageMark.Read(thread);
        // The thread has been killed by one that runs another program and is about to take its number: too early to tell, and to open
        // anything by that number. The call is of the old image; its memory, or nothing, is what it gets.
        if (now == default)
            return;
        if (now == _mark)
        {
            // Still the old image: this thread's own attempt, if there was one, has failed.
            if (!_execs.Remove(thread))
                return;
            _memory?.ReopenFastPath();
        }
        else
        {
            // Another image; or its mark could not be read when the attempt began, and then opening the memory anew is right as well.
            if (_memory is { } shared && shared.Process != this)
            {
                for (int i = 0; i < _execs.Count; i++)
                    shared.ReopenFastPath();
            }

            _execs.Clear();
            SetMemory(null);
        }

        _execPending = _execs.Count > 0;
    }

    private void SetMemory(RemoteMemory? memory)
    {
        if (memory is not null)
            _memories.Use(memory);
        if (_memory is not null)
            _memories.Leave(_memory);
        Volatile.Write(ref _memory, memory);
    }

    private RemoteMemory? Share(ClientProcess? parent)
    {
        RemoteMemory? memory = parent?.KnownMemory;
        if (memory is null || memory.IsDisposed || _execs.Count > 0)
            return null;
        nint different = LibC.syscall(Syscalls.SyscallTable.Native.KCmp, Id, parent!.Id, Linux.KCMP_VM, 0, 0);
        return different == 0 && IsRunning && parent.IsRunning && parent.KnownMemory == memory ? memory : null;
    }

    private RemoteMemory? Open(int thread)
    {
        var memory = new Descriptor(OpenOwn(ProcPath.Task(thread, "/mem"u8), Linux.O_RDWR));
        var maps = new Descriptor(OpenOwn(ProcPath.Task(thread, "/maps"u8), Linux.O_RDONLY));
        if (memory.IsInvalid || maps.IsInvalid)
        {
            memory.Dispose();
            maps.Dispose();
            return null;
        }

        var opened = new RemoteMemory(this, _memories, memory, new MemoryMap(maps));
        for (int i = 0; i < _execs.Count; i++)
            opened.CloseFastPath();
        return opened;
    }

    /// <summary>Through the process's own directory, so that it cannot be another process's.</summary>
    private int OpenOwn(ProcPath path, int flags) => LibC.openat(Directory.Number, path.Text, flags | Linux.O_CLOEXEC);
}
