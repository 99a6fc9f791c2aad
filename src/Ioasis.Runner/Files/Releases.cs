using Ioasis.Engine.Work;
using Ioasis.Dispatch.Files;

namespace Ioasis.Runner.Files;

/// <summary>
/// Files whose last descriptor has been closed, and that are being released. A release may take long (a context with a million areas), so
/// it runs on a thread of its own and holds up nobody but those who could see what it changes (<see cref="ReleaseScope"/>): releases that
/// meet, in the order in which the files were closed, and the calls that <see cref="WaitFor(object)"/>.
/// </summary>
/// <remarks>
/// <c>_monitor</c> protects everything; nothing is released under it. Adding, beginning and ending are O(1).
/// There are no more threads at work than half of the processors, so that tens of thousands of files that are closed at once leave the other
/// half to the calls of those who closed nothing; but one more whenever no release has ended for a while, as those under way may be waiting
/// for something. Threads sleep when there is nothing to do. Where none can be started, whoever brings the news releases by itself.
/// </remarks>
internal sealed class Releases(Action<OpenFile> release)
{
    private const int MostThreads = 64, LateMilliseconds = 10;

    private static readonly int s_usualThreads = Math.Max(Environment.ProcessorCount / 2, 1);

    private readonly object _monitor = new();
    private readonly Dictionary<object, Pending> _last = []; // the last one for each part of a scope
    private readonly Queue<Pending> _ready = new();
    private int _count;
    private int _threads, _idle, _waiting;
    private long _lastEnd; // when a release ended last, or threads were put to work
    private bool _ended;

    /// <summary>Files that are not released yet.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes files that are to be released, in the order in which they were closed. <see cref="Begin"/> follows.</summary>
    public void Add(ReadOnlySpan<OpenFile> files)
    {
        if (files.IsEmpty)
            return;
        lock (_monitor)
        {
            _count += files.Length;
            foreach (OpenFile file in files)
            {
                var one = new Pending(file, file.File.Scope);
                Follow(one, one.Scope.First);
                Follow(one, one.Scope.Second);
                Follow(one, one.Scope.Third);
                if (one.Before == 0)
                    _ready.Enqueue(one);
            }
        }
    }

    /// <summary>There are some on which nobody works yet: <see cref="Begin"/> is to be called again soon.</summary>
    public bool HasReady
    {
        get
        {
            if (Count == 0)
                return false;
            lock (_monitor)
                return _ready.Count != 0;
        }
    }

    /// <summary>Has what was added be released, on threads of their own.</summary>
    public void Begin()
    {
        if (Count == 0)
            return;
        int wanted;
        lock (_monitor)
        {
            int ready = _ready.Count;
            if (ready == 0 || _ended)
                return;
            long now = Environment.TickCount64;
            int room = Math.Max(s_usualThreads - (_threads - _idle), now - _lastEnd >= LateMilliseconds ? 1 : 0);
            int more = Math.Min(ready, room);
            if (more == 0)
                return;
            _lastEnd = now;
            int woken = Math.Min(more, _idle);
            for (int n = 0; n < woken; n++)
                Monitor.Pulse(_monitor);
            wanted = Math.Min(more - woken, MostThreads - _threads);
            _threads += wanted;
        }

        while (wanted > 0 && BackgroundThread.TryStart("ioasis release", Work, 256 * 1024) is not null)
            wanted--;
        if (wanted == 0)
            return;
        bool alone;
        lock (_monitor)
            alone = (_threads -= wanted) == 0;
        while (alone && TakeReady() is { } one)
            Run(one);
    }

    /// <summary>Waits until the releases are done that had begun, or were to begin, for a part of a scope.</summary>
    /// <param name="part">The part; null for none.</param>
    public void WaitFor(object? part)
    {
        if (part is null || Count == 0)
            return;
        Pending? one;
        bool mine;
        lock (_monitor)
        {
            if (!_last.TryGetValue(part, out one))
                return;
            mine = one is { Before: 0, IsTaken: false };
            one.IsTaken |= mine; // nobody is quicker than who waits for it
        }

        if (mine)
            Run(one);
        else
            WaitFor(one, Timeout.Infinite);
    }

    /// <summary>Waits until all is released that had been added.</summary>
    /// <param name="milliseconds">For so long at most.</param>
    /// <returns>False when the time was too short.</returns>
    public bool WaitForAll(int milliseconds)
    {
        Pending[] all;
        lock (_monitor)
            all = [.. _last.Values];
        Begin();
        long deadline = Environment.TickCount64 + milliseconds;
        return all.All(one => WaitFor(one, (int)Math.Max(deadline - Environment.TickCount64, 0)));
    }

    /// <summary>Nobody waits any more, and the threads end with what they do.</summary>
    public void End()
    {
        lock (_monitor)
        {
            _ended = true;
            Monitor.PulseAll(_monitor);
        }
    }

    private bool WaitFor(Pending one, int milliseconds)
    {
        long deadline = Environment.TickCount64 + milliseconds;
        while (true)
        {
            Begin(); // those under way may be stuck, and this one behind them
            lock (_monitor)
            {
                if (one.IsDone || _ended)
                    return one.IsDone;
                long left = milliseconds < 0 ? long.MaxValue : deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                _waiting++;
                Monitor.Wait(_monitor, (int)Math.Min(left, 2 * LateMilliseconds));
                _waiting--;
            }
        }
    }

    private void Follow(Pending one, object? part)
    {
        if (part is null)
            return;
        if (_last.TryGetValue(part, out Pending? earlier))
        {
            (earlier.After ??= []).Add(one);
            one.Before++;
        }

        _last[part] = one;
    }

    private void Work()
    {
        while (true)
        {
            Pending? one;
            lock (_monitor)
            {
                while (!TryDequeue(out one))
                {
                    if (_ended)
                        return;
                    _idle++;
                    Monitor.Wait(_monitor);
                    _idle--;
                }
            }

            Run(one!);
        }
    }

    private Pending? TakeReady()
    {
        lock (_monitor)
            return TryDequeue(out Pending? one) ? one : null;
    }

    private bool TryDequeue(out Pending? one)
    {
        while (_ready.TryDequeue(out one))
        {
            if (one.IsTaken)
                continue; // by somebody who waits for it
            one.IsTaken = true;
            return true;
        }

        return false;
    }

    private void Run(Pending one)
    {
        release(one.File);
        bool more = false;
        lock (_monitor)
        {
            one.IsDone = true;
            _lastEnd = Environment.TickCount64;
            Volatile.Write(ref _count, _count - 1);
            Forget(one, one.Scope.First);
            Forget(one, one.Scope.Second);
            Forget(one, one.Scope.Third);
            foreach (Pending next in one.After ?? [])
            {
                if (--next.Before != 0)
                    continue;
                _ready.Enqueue(next);
                more = true;
            }

            if (_waiting > 0)
                Monitor.PulseAll(_monitor);
        }

        if (more)
            Begin();
    }

    private void Forget(Pending one, object? part)
    {
        if (part is not null && _last.TryGetValue(part, out Pending? last) && last == one)
            _last.Remove(part);
    }

    private sealed class Pending(OpenFile file, ReleaseScope scope)
    {
        public readonly OpenFile File = file;
        public readonly ReleaseScope Scope = scope;

        /// <summary>Those that wait for it; once for each part of a scope that they share with it.</summary>
        public List<Pending>? After;

        /// <summary>How many it waits for, counted the same way.</summary>
        public int Before;

        public bool IsTaken, IsDone;
    }
}
