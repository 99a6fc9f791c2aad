using Ioasis.Engine.Work;
using Ioasis.Runner.Files;
using Ioasis.Runner.Launch;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Notifications;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner;

/// <summary>
/// The thread that keeps house while service threads serve: it releases what a killed client had open, closes what is held of processes
/// that ended, reaps orphans, and ends when the last process with the filter has ended.
/// </summary>
internal sealed class Keeper : IDisposable
{
    private const ulong ListenerTag = 0, FilesTag = 1, WakeTag = 2, ProgramTag = 3, FirstProcessTag = 4;
    private const int FirstPauseMilliseconds = 10, ReapPauseMilliseconds = 100, LongestPauseMilliseconds = 500, LongestEndMilliseconds = 2000;
    private const int StuckMilliseconds = 5000, PatienceMilliseconds = 2000; // after SIGTERM
    private const int SIGKILL = 9, SIGTERM = 15;

    private readonly OpenFiles _files;
    private readonly RemoteMemories _memories;
    private readonly Poller _poller = new();
    private readonly WakeEvent _wake = new();
    private readonly bool _ownsProcess;
    private readonly Action<string> _complain;
    private Thread? _thread;
    private Descriptor? _programPidFd;
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, ClientProcess> _watched = []; // by tag; under _lock
    private ulong _lastTag = FirstProcessTag;
    private Listener? _listener;
    private int _looked;
    private int _program;
    private ProgramEnd? _end;
    private bool _isUnknown, _isKilled, _isLastKilled;
    private volatile bool _ending;
    private long _asked; // when the run was asked to end; 0: not
    private long _deadline; // for those that the program left behind; 0: none yet
    private long[]? _servedThen; // what was being served then

    /// <param name="files">What clients have open.</param>
    /// <param name="memories">What is held of their memories.</param>
    /// <param name="ownsProcess">This process does nothing else: all its children are this run's.</param>
    /// <param name="complain">Is told what went wrong, in one line.</param>
    public Keeper(OpenFiles files, RemoteMemories memories, bool ownsProcess, Action<string> complain)
    {
        _files = files;
        _memories = memories;
        _ownsProcess = ownsProcess;
        _complain = complain;
        _poller.Add(files.Events, Linux.EPOLLIN, FilesTag);
        _poller.Add(_wake.Descriptor, Linux.EPOLLIN, WakeTag);
    }

    /// <summary>Set before <see cref="Start"/>.</summary>
    public ProcessTable Processes { get; set; } = null!;

    /// <summary>Set before <see cref="Start"/>.</summary>
    public ServiceThreads Services { get; set; } = null!;

    /// <summary>Begins.</summary>
    /// <param name="listener">Hangs up when the last client has ended.</param>
    /// <param name="program">The program's process, a child of this one.</param>
    public void Start(Listener listener, int program)
    {
        _listener = listener;
        _program = program;
        _poller.Add(listener.Descriptor, 0, ListenerTag);
        _programPidFd = DescriptorCopy.OpenPidFd(program, 0);
        if (_programPidFd.IsInvalid || !_poller.Add(_programPidFd, Linux.EPOLLIN, ProgramTag))
            _wake.Set(); // then it is looked at in every round
        _thread = BackgroundThread.TryStart("ioasis keeper", Keep)
            ?? throw new LaunchException("no thread can be started: this user has as many as are allowed (ulimit -u)");
    }

    /// <summary>
    /// SIGTERM: the program has been told, and the run is to end. When the program has ended, so are the others to that it left behind;
    /// who stays after a while is left alone. Who keeps this process from ending is killed: a program that waits for an answer of ours that
    /// never comes, and at last all, when a call of ours hangs in memory that one of them may have to provide.
    /// </summary>
    public void End()
    {
        Volatile.Write(ref _asked, Math.Max(Environment.TickCount64, 1));
        _wake.Set();
    }

    /// <summary>The program's process; null when it has ended.</summary>
    public int? Program
    {
        get
        {
            lock (_lock)
                return _listener is null || _isUnknown || _end is not null ? null : _program;
        }
    }

    /// <summary>Waits until no client is left.</summary>
    /// <returns>How the program itself ended.</returns>
    public ProgramEnd Join()
    {
        _thread!.Join();
        return ReapProgram();
    }

    /// <summary>Hears of the end of a process.</summary>
    public void Watch(ClientProcess process)
    {
        ulong tag = Interlocked.Increment(ref _lastTag);
        lock (_lock)
            _watched[tag] = process;
        if (!_poller.Add(process.PidFd, Linux.EPOLLIN, tag))
            Ended(tag);
    }

    public void Dispose()
    {
        _ending = true;
        _wake.Set();
        _thread?.Join();
        _programPidFd?.Dispose();
        _poller.Dispose();
        _wake.Dispose();
    }

    private void Keep()
    {
        int pause = LongestPauseMilliseconds;
        bool hungUp = false;
        while (!_ending && !hungUp && !IsLeft())
        {
            try
            {
                bool left = Round(pause, out bool isNews, out bool reaped, ref hungUp);
                // A memory that no process is known to use may be in use by one that shares it: look again, ever more rarely.
                pause = left ? (isNews ? FirstPauseMilliseconds : Math.Min(pause * 2, LongestPauseMilliseconds)) : LongestPauseMilliseconds;
                if (reaped || _files.HasLostNews || Volatile.Read(ref _asked) != 0)
                    pause = Math.Min(pause, ReapPauseMilliseconds);
                if (_files.HasWaiting)
                    pause = FirstPauseMilliseconds;
            }
#pragma warning disable CA1031 // Without the keeper nothing is ever released: memory or descriptors may be there again in the next round.
            catch (Exception unexpected)
#pragma warning restore CA1031
            {
                BackgroundThread.Tell("ioasis keeper", unexpected);
                Thread.Sleep(ReapPauseMilliseconds);
            }
        }

        if (hungUp)
            SeeThemOut();
    }

    /// <summary>After SIGTERM: carries out what <see cref="End"/> says.</summary>
    /// <returns>True when the run ends without those that are left.</returns>
    private bool IsLeft()
    {
        long asked = Volatile.Read(ref _asked), now = Environment.TickCount64;
        if (asked == 0)
            return false;
        if (Program is { } program)
        {
            _servedThen ??= Services.Turns();
            if (now - asked < StuckMilliseconds)
                return false;
            if (!_isKilled)
            {
                if (Services.HasStuck(_servedThen))
                {
                    _complain("the program waits for a call that does not end: it is killed");
                    _ = LibC.kill(program, SIGKILL);
                    _isKilled = true;
                }

                _servedThen = null;
                Volatile.Write(ref _asked, now);
                return false;
            }
        }

        if (_deadline == 0)
        {
            _deadline = now + PatienceMilliseconds;
            Children.Signal(SIGTERM);
        }

        if (now < _deadline)
            return false;
        // Who provides that memory may be among those that are left.
        if (!_isLastKilled && HangingThreads.Any())
        {
            _complain("a call waits for memory that does not come: the processes that are left are killed");
            Children.Signal(SIGKILL);
            _isLastKilled = true;
            _deadline = now + PatienceMilliseconds;
            return false;
        }

        if (_isLastKilled && HangingThreads.Any())
            _complain("a call waits for memory of a file system that does not answer (FUSE, NFS): this process can end only when that does");
        return true;
    }

    /// <summary>
    /// A process lets go of the filter early in its end, and of its files later. Somebody outside may hold one of them for ever, so
    /// there is a limit.
    /// </summary>
    private void SeeThemOut()
    {
        _poller.Remove(_listener!.Descriptor);
        bool hungUp = true;
        while (Program is not null && !_ending && !IsLeft())
            Round(ReapPauseMilliseconds, out _, out _, ref hungUp);
        long deadline = Environment.TickCount64 + LongestEndMilliseconds;
        while ((_files.Count > 0 || Processes.Count > 0) && Environment.TickCount64 < deadline)
            Round(FirstPauseMilliseconds, out _, out _, ref hungUp);
        _memories.CloseDead();
        Children.ReapOrphans(_ownsProcess);
    }

    /// <summary>Waits for news, and acts on them.</summary>
    /// <returns>Whether memories are left that no process is known to use.</returns>
    private bool Round(int milliseconds, out bool isNews, out bool reaped, ref bool hungUp)
    {
        Span<ulong> tags = stackalloc ulong[16];
        int count = _poller.Wait(tags, milliseconds);
        isNews = count > 0;
        foreach (ulong tag in tags[..count])
        {
            switch (tag)
            {
                case ListenerTag:
                    hungUp = true;
                    break;
                case FilesTag:
                    _files.ReleaseClosed();
                    break;
                case WakeTag:
                    _wake.Clear();
                    break;
                case ProgramTag:
                    ReapProgram();
                    _poller.Remove(_programPidFd!);
                    break;
                default:
                    Ended(tag);
                    break;
            }
        }

        if (_programPidFd!.IsInvalid)
            ReapProgram();
        if (_files.HasLostNews)
            LookAgain();
        if (_files.HasWaiting)
            _files.ReleaseClosed();
        reaped = Children.ReapOrphans(_ownsProcess);
        return _memories.CloseDead();
    }

    /// <summary>A file whose news was lost may have borne its mark a moment longer: a few rounds more, and nothing is missed.</summary>
    private void LookAgain()
    {
        _files.Rescan();
        _files.ReleaseClosed();
        if (++_looked < 20)
            return;
        _looked = 0;
        _files.NewsAreComplete();
    }

    /// <summary>At once, because until then older kernels (before 6.11) do not hang up.</summary>
    /// <returns>How it ended. One that SIGKILL does not end (it hangs inside the kernel) counts as killed by that.</returns>
    private ProgramEnd ReapProgram()
    {
        lock (_lock)
        {
            if (_end is null && !_isUnknown)
            {
                if (Children.TryReap(_program, wait: false, out ProgramEnd end))
                    _end = end;
                else if (!Children.IsProgram(_program))
                    _isUnknown = true; // somebody else has reaped it
            }

            return _end ?? new ProgramEnd(_isUnknown ? ProgramEnd.UnknownStatus : SIGKILL, !_isUnknown);
        }
    }

    private void Ended(ulong tag)
    {
        ClientProcess? process;
        lock (_lock)
        {
            if (!_watched.Remove(tag, out process))
                return;
        }

        Processes.Ended(process); // closes the pidfd, which takes it out of the poller
    }
}
