using Ioasis.Engine.Work;

namespace Ioasis.Devices.Pci;

/// <summary>
/// The thread on which a device works by itself: computes, moves memory. Started with its first work, asleep without any. One that is
/// stuck in its work can be left behind: then the next work has a thread of its own.
/// </summary>
/// <remarks><see cref="_monitor"/> protects everything. Work runs one after another, in order.</remarks>
public sealed class DeviceThread(string name) : IDisposable
{
    /// <summary>
    /// Threads that one device can leave behind at a time: their owner must deliver memory before it gets more. Until then its device
    /// does nothing.
    /// </summary>
    internal const int MostLeftBehind = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly object _monitor = new();
    private readonly Queue<Action> _work = new();
    private Thread? _thread;
    private int _leftBehind;
    private bool _stopping;

    /// <summary>Told of what work throws; the thread goes on. Null: it ends the process, as of any thread.</summary>
    internal Action<Exception>? Failed { get; set; }

    /// <summary>Has the thread do something; returns at once. After <see cref="Dispose"/> it does nothing.</summary>
    public void Post(Action work)
    {
        lock (_monitor)
        {
            if (_stopping)
                return;
            _work.Enqueue(work);
            Monitor.Pulse(_monitor);
            _thread ??= BackgroundThread.TryStart(name, Run, 256 * 1024); // without room for a thread, work waits until more is posted
        }
    }

    /// <summary>Forgets work that has not begun: the device was reset.</summary>
    internal void Forget()
    {
        lock (_monitor)
            _work.Clear();
    }

    /// <summary>The thread is stuck in its work, and ends when that does; other work goes to another thread.</summary>
    internal void LeaveBehind()
    {
        lock (_monitor)
        {
            if (_thread is null || _leftBehind == MostLeftBehind)
                return;
            _leftBehind++;
            _thread = null;
        }
    }

    /// <summary>Forgets work that has not begun, and waits (not forever) for what has.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_monitor)
        {
            _stopping = true;
            _work.Clear();
            Monitor.Pulse(_monitor);
            thread = _thread;
        }
        thread?.Join(s_patience);
    }

    private void Run()
    {
        while (TryTake(out Action? work))
        {
            try
            {
                work!();
            }
            catch (Exception failure) when (Failed is not null)
            {
                Failed(failure);
            }
        }
    }

    /// <returns>False: this thread ends.</returns>
    private bool TryTake(out Action? work)
    {
        work = null;
        lock (_monitor)
        {
            if (_thread != Thread.CurrentThread)
            {
                _leftBehind--;
                return false;
            }

            while (_work.Count == 0)
            {
                if (_stopping)
                    return false;
                Monitor.Wait(_monitor);
            }

            work = _work.Dequeue();
            return true;
        }
    }
}
