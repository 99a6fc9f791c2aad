using System.Runtime.InteropServices;
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
    private const ulong ListenerTag = 0, FilesTag = 1, WakeTag = 2, FirstProcessTag = 3;
    private const int FirstPauseMilliseconds = 10, LongestPauseMilliseconds = 1000, LongestEndMilliseconds = 2000;

    private readonly OpenFiles _files;
    private readonly RemoteMemories _memories;
    private readonly Poller _poller = new();
    private readonly WakeEvent _wake = new();
    private readonly Thread _thread;
    private PosixSignalRegistration? _childEnded;
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, ClientProcess> _watched = []; // by tag; under _lock
    private ulong _lastTag = FirstProcessTag;
    private Listener? _listener;
    private int _program;
    private ProgramEnd? _end;
    private volatile bool _ending;

    public Keeper(OpenFiles files, RemoteMemories memories)
    {
        _files = files;
        _memories = memories;
        _poller.Add(files.Events, Linux.EPOLLIN, FilesTag);
        _poller.Add(_wake.Descriptor, Linux.EPOLLIN, WakeTag);
        _thread = new Thread(Keep) { IsBackground = true, Name = "ioasis keeper" };
    }

    /// <summary>Set before <see cref="Start"/>.</summary>
    public ProcessTable Processes { get; set; } = null!;

    /// <summary>Begins.</summary>
    /// <param name="listener">Hangs up when the last client has ended.</param>
    /// <param name="program">The program's process, a child of this one.</param>
    public void Start(Listener listener, int program)
    {
        _listener = listener;
        _program = program;
        _poller.Add(listener.Descriptor, 0, ListenerTag);
        _childEnded = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => _wake.Set());
        _wake.Set(); // for what has ended before
        _thread.Start();
    }

    /// <summary>The program's process; null when it has ended.</summary>
    public int? Program
    {
        get
        {
            lock (_lock)
                return _listener is null || _end is not null ? null : _program;
        }
    }

    /// <summary>Waits until no client is left.</summary>
    /// <returns>How the program itself ended.</returns>
    public ProgramEnd Join()
    {
        _thread.Join();
        return ReapProgram(wait: true);
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
        _childEnded?.Dispose();
        _ending = true;
        _wake.Set();
        if (_listener is not null)
            _thread.Join();
        _poller.Dispose();
        _wake.Dispose();
    }

    private void Keep()
    {
        int pause = -1;
        bool hungUp = false;
        while (!_ending && !hungUp)
        {
            bool left = Round(pause, out bool isNews, ref hungUp);
            // A memory that no process is known to use may be in use by one that shares it: look again, ever more rarely.
            pause = !left ? -1 : isNews ? FirstPauseMilliseconds : Math.Min(pause * 2, LongestPauseMilliseconds);
        }

        if (hungUp)
            SeeThemOut();
    }

    /// <summary>
    /// A process lets go of the filter early in its end, and of its files later. Somebody outside may hold one of them for ever, so
    /// there is a limit.
    /// </summary>
    private void SeeThemOut()
    {
        ReapProgram(wait: true);
        _poller.Remove(_listener!.Descriptor);
        bool hungUp = true;
        long deadline = Environment.TickCount64 + LongestEndMilliseconds;
        while ((_files.Count > 0 || Processes.Count > 0) && Environment.TickCount64 < deadline)
            Round(FirstPauseMilliseconds, out _, ref hungUp);
        _memories.CloseDead();
        Children.ReapOrphans();
    }

    /// <summary>Waits for news, and acts on them.</summary>
    /// <returns>Whether memories are left that no process is known to use.</returns>
    private bool Round(int milliseconds, out bool isNews, ref bool hungUp)
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
                    ReapProgram(wait: false);
                    Children.ReapOrphans();
                    break;
                default:
                    Ended(tag);
                    break;
            }
        }

        return _memories.CloseDead();
    }

    /// <summary>At once, because until then older kernels (before 6.11) do not hang up.</summary>
    private ProgramEnd ReapProgram(bool wait)
    {
        lock (_lock)
        {
            if (_end is null && Children.TryReap(_program, wait, out ProgramEnd end))
                _end = end;
            return _end ?? new ProgramEnd(ProgramEnd.UnknownStatus, false);
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
