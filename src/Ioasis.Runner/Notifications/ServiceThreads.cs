using Ioasis.Engine.Work;
using Ioasis.Runner.Launch;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Notifications;

/// <summary>
/// The threads that answer notifications. One of them receives and answers, one notification after the other, which is fastest:
/// nothing is handed over. When an answer takes longer than a few milliseconds (the handler waits for something), another thread
/// takes the place of the receiver, and the late one joins the spare threads when it is done.
/// </summary>
/// <remarks>
/// Locks: <c>_lock</c> protects the spare threads and the change of receiver. The late receiver is found by a thread of its own, which
/// sleeps while there is nothing to watch.
/// </remarks>
internal sealed class ServiceThreads : IDisposable
{
    /// <summary>Answers the call, whatever happens; lets no exception out. One a thread.</summary>
    public delegate void Server(in seccomp_notif call);

    private const int WatchMilliseconds = 4;
    private const int QuietTicksBeforeSleep = 50;
    private const int PatienceMilliseconds = 1000;

    private readonly Listener _listener;
    private readonly Func<Server> _newServer;
    private readonly Lock _lock = new();
    private readonly Stack<Worker> _spare = [];
    private readonly List<Worker> _all = [];
    private readonly ManualResetEventSlim _watch = new();
    private readonly ManualResetEvent _end = new(false); // the slim one would spin at each tick
    private readonly Thread _watcher;
    private volatile Worker? _receiver;
    private volatile bool _watching = true;
    private volatile bool _ended;

    /// <param name="listener">Where notifications come from.</param>
    /// <exception cref="LaunchException">No thread can be started.</exception>
    /// <param name="newServer">Makes the server of one thread, with its buffers; called on the thread that starts another.</param>
    public ServiceThreads(Listener listener, Func<Server> newServer)
    {
        _listener = listener;
        _newServer = newServer;
        const string NoThread = "no thread can be started: this user has as many as are allowed (ulimit -u)";
        _receiver = TryNewWorker() ?? throw new LaunchException(NoThread);
        _watcher = BackgroundThread.TryStart("ioasis watch", Watch) ?? throw new LaunchException(NoThread);
    }

    /// <summary>Threads that were started so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _all.Count;
        }
    }

    /// <summary>Called by a thread that is about to wait inside a handler: somebody else receives meanwhile.</summary>
    public void HandOver()
    {
        Worker? receiver = _receiver;
        if (receiver is not null && receiver.Thread == Thread.CurrentThread)
            Relieve(receiver);
    }

    /// <summary>
    /// Ends the threads; the listener must have hung up. A kernel before 6.11 does not wake a receiver then: that thread stays until this
    /// process ends.
    /// </summary>
    public void Dispose()
    {
        _ended = true;
        _end.Set();
        _watch.Set();
        Worker[] workers;
        lock (_lock)
            workers = [.. _all];
        foreach (Worker worker in workers)
            worker.Wake.Set();
        _watcher.Join();
        _watch.Dispose();
        _end.Dispose();
        long deadline = Environment.TickCount64 + PatienceMilliseconds;
        foreach (Worker worker in workers)
        {
            if (worker.Thread.Join((int)Math.Max(deadline - Environment.TickCount64, 0)))
                worker.Dispose();
        }
    }

    /// <summary>What each thread is at, for <see cref="HasStuck"/>.</summary>
    public long[] Turns()
    {
        lock (_lock)
            return [.. _all.Select(worker => Volatile.Read(ref worker.Turns))];
    }

    /// <summary>Whether some thread is still at the call that it was answering then.</summary>
    public bool HasStuck(long[] then)
    {
        long[] now = Turns();
        for (int n = 0; n < then.Length; n++)
        {
            if ((then[n] & 1) != 0 && now[n] == then[n])
                return true;
        }

        return false;
    }

    /// <returns>Null when there is no room for another thread: those that are there go on.</returns>
    private Worker? TryNewWorker()
    {
        Worker worker;
        try
        {
            worker = new Worker(_newServer());
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        using ManualResetEventSlim known = new();
        Thread? thread = BackgroundThread.TryStart("ioasis service", () =>
        {
            worker.Thread = Thread.CurrentThread;
            known.Set();
            Serve(worker);
        });
        if (thread is null)
        {
            worker.Dispose();
            return null;
        }

        known.Wait();
        lock (_lock)
            _all.Add(worker);
        return worker;
    }

    private void Serve(Worker worker)
    {
        while (_receiver is null)
            Thread.Yield();
        while (!_ended)
        {
            if (_receiver != worker)
            {
                Park(worker);
                continue;
            }

            if (!_listener.TryReceive(out seccomp_notif call) || _ended)
                return;
            // Odd while a call is being answered. The full barrier is for the watching thread, which sets _watching and looks again.
            Interlocked.Increment(ref worker.Turns);
            if (!_watching)
                _watch.Set();
            worker.Serve(in call);
            Volatile.Write(ref worker.Turns, worker.Turns + 1);
        }
    }

    /// <summary>Waits to be needed again.</summary>
    private void Park(Worker worker)
    {
        lock (_lock)
        {
            if (_receiver == worker)
                return;
            if (!worker.IsSpare)
                _spare.Push(worker);
            worker.IsSpare = true;
        }

        worker.Wake.WaitOne();
    }

    /// <summary>Makes another thread the receiver, unless that has happened.</summary>
    private void Relieve(Worker late)
    {
        Worker? next;
        lock (_lock)
        {
            if (_receiver != late || _ended)
                return;
            if (!_spare.TryPop(out next))
                next = TryNewWorker();
            if (next is null)
                return; // the next look may find a thread
            next.IsSpare = false;
            _receiver = next;
        }

        next.Wake.Set();
    }

    private void Watch()
    {
        long seen = 0;
        Worker? seenWorker = null;
        int quiet = 0;
        while (!_ended)
        {
            if (quiet > QuietTicksBeforeSleep)
            {
                quiet = 0;
                _watch.Reset();
                _watching = false;
                Interlocked.MemoryBarrier();
                if (_receiver is { } worker && Volatile.Read(ref worker.Turns) == seen)
                    _watch.Wait();
                _watching = true;
            }

            _end.WaitOne(WatchMilliseconds);
            Worker? receiver = _receiver;
            if (receiver is null)
                continue;
            long turns = Volatile.Read(ref receiver.Turns);
            bool same = receiver == seenWorker && turns == seen;
            seen = turns;
            seenWorker = receiver;
            bool busy = (turns & 1) != 0;
            if (same && busy)
                Relieve(receiver);
            quiet = same && !busy ? quiet + 1 : 0;
        }
    }

    private sealed class Worker(Server server) : IDisposable
    {
        public readonly Server Serve = server;
        public readonly AutoResetEvent Wake = new(false);
        public Thread Thread = null!;

        public void Dispose() => Wake.Dispose();

        /// <summary>Counts beginnings and ends of answers.</summary>
        public long Turns;

        /// <summary>It lies in <c>_spare</c>. Under <c>_lock</c>.</summary>
        public bool IsSpare;
    }
}
