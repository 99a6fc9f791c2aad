using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Work;

namespace Ioasis.Devices.Work;

/// <summary>
/// What a device does by itself: a thread, and its way to memory that a reset cuts. Work that was begun before a reset does no DMA after it,
/// and work that waits is forgotten. A copy that will not end, into memory that its owner does not deliver, is left behind with its thread
/// and its port, and the device goes on with others.
/// </summary>
/// <remarks>
/// Thread-safe: <see cref="_monitor"/> protects everything. Work runs one after another, in order. The thread is started with the first
/// work, and sleeps without any.
/// </remarks>
public sealed class DeviceWorker : IDisposable
{
    /// <summary>
    /// Threads that one device can leave behind at a time: their owner must deliver memory before it gets more. Until then its device
    /// does nothing.
    /// </summary>
    internal const int MostLeftBehind = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly object _monitor = new();
    private readonly Queue<Item> _work = new();
    private readonly PriorityQueue<Item, long> _later = new(); // by when it is due, in ticks of Environment.TickCount64
    private readonly PhysicalDevice _requester;
    private readonly string _name;
    private volatile DmaPort _port;
    private Thread? _thread;
    private int _leftBehind;
    private bool _stopping;

    /// <param name="requester">Whose memory accesses these are.</param>
    /// <param name="name">Shown by debuggers.</param>
    internal DeviceWorker(PhysicalDevice requester, string name)
    {
        _requester = requester;
        _name = name;
        _port = requester.OpenPort();
    }

    /// <summary>Counts cancellations.</summary>
    internal long Epoch => _port.Epoch;

    /// <summary>Whether a transfer moves bytes now.</summary>
    internal bool IsMoving => _port.IsMoving;

    /// <summary>Told of what work throws; the thread goes on. Null: it ends the process, as of any thread.</summary>
    internal Action<Exception>? Failed { get; set; }

    /// <summary>Has the device do something, on its thread; returns at once. Called under the function's lock, it is for what the registers hold now.</summary>
    /// <param name="work">What to do. A reset before that calls it off.</param>
    /// <param name="delay">Not before so much time has passed.</param>
    public void Post(DeviceAction work, TimeSpan delay = default) => Post(Epoch, work, delay);

    internal void Post(long epoch, DeviceAction work, TimeSpan delay)
    {
        lock (_monitor)
        {
            if (_stopping || epoch != Epoch)
                return;
            var item = new Item(work, epoch);
            if (delay > TimeSpan.Zero)
                _later.Enqueue(item, Environment.TickCount64 + (long)delay.TotalMilliseconds);
            else
                _work.Enqueue(item);
            Monitor.Pulse(_monitor);
            _thread ??= BackgroundThread.TryStart(_name, Run, 256 * 1024); // without room for a thread, work waits until more is posted
        }
    }

    /// <summary>Work that begins now, on the calling thread.</summary>
    internal DeviceWork Begin()
    {
        DmaPort port = _port;
        return new DeviceWork(this, port, port.Epoch);
    }

    /// <summary>Calls off what was begun, and what it waits for. Returns at once; what moves now may still be moving.</summary>
    internal void Cancel() => _port.Cancel();

    /// <summary>Waits for what moves now, with no lock held.</summary>
    /// <returns>False: it does not end.</returns>
    internal bool WaitUntilQuiet(TimeSpan patience) => _port.WaitUntilQuiet(patience);

    /// <summary>Forgets work that has not begun: the device was reset.</summary>
    internal void Forget()
    {
        lock (_monitor)
        {
            _work.Clear();
            _later.Clear();
        }
    }

    /// <summary>Leaves what moves now behind: its thread ends when that does, and other work goes to another thread.</summary>
    internal void LeaveBehind()
    {
        DmaPort old = _port;
        old.Abandon();
        _port = _requester.OpenPort(old.Epoch + 1);
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
            _later.Clear();
            Monitor.Pulse(_monitor);
            thread = _thread;
        }

        thread?.Join(s_patience);
    }

    private void Run()
    {
        while (TryTake(out Item item))
        {
            DmaPort port = _port;
            if (port.Epoch != item.Epoch)
                continue; // a reset meanwhile
            try
            {
                item.Action(new DeviceWork(this, port, item.Epoch));
            }
            catch (Exception failure) when (Failed is not null)
            {
                Failed(failure);
            }
        }
    }

    /// <returns>False: this thread ends.</returns>
    private bool TryTake(out Item item)
    {
        lock (_monitor)
        {
            while (true)
            {
                if (_thread != Thread.CurrentThread)
                {
                    _leftBehind--;
                    item = default;
                    return false;
                }

                long now = Environment.TickCount64, due = 0;
                while (_later.TryPeek(out Item waiting, out due) && due <= now)
                {
                    _work.Enqueue(waiting);
                    _later.Dequeue();
                }

                if (_work.TryDequeue(out item))
                    return true;
                if (_stopping)
                    return false;
                Monitor.Wait(_monitor, _later.Count == 0 ? Timeout.Infinite : (int)Math.Min(due - now, int.MaxValue));
            }
        }
    }

    private readonly record struct Item(DeviceAction Action, long Epoch);
}
