namespace Ioasis.Devices.Pci;

/// <summary>
/// The thread on which a device works by itself: computes, moves memory. Started with its first work, asleep without any.
/// </summary>
/// <remarks><see cref="_monitor"/> protects the queue. Work runs one after another, in order.</remarks>
public sealed class DeviceThread(string name) : IDisposable
{
    private readonly object _monitor = new();
    private readonly Queue<Action> _work = new();
    private Thread? _thread;
    private bool _stopping;

    /// <summary>Has the thread do something; returns at once. After <see cref="Dispose"/> it does nothing.</summary>
    public void Post(Action work)
    {
        lock (_monitor)
        {
            if (_stopping)
                return;
            _work.Enqueue(work);
            Monitor.Pulse(_monitor);
            if (_thread is not null)
                return;
            _thread = new Thread(Run, maxStackSize: 256 * 1024) { Name = name, IsBackground = true };
            _thread.Start();
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
        thread?.Join(TimeSpan.FromSeconds(1));
    }

    private void Run()
    {
        while (true)
        {
            Action work;
            lock (_monitor)
            {
                while (_work.Count == 0)
                {
                    if (_stopping)
                        return;
                    Monitor.Wait(_monitor);
                }
                work = _work.Dequeue();
            }
            work();
        }
    }
}
