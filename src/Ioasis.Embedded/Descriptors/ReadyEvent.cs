using Ioasis.Dispatch.Files;

namespace Ioasis.Embedded.Descriptors;

/// <summary>Lets threads wait until a queue has something to read. Thread-safe.</summary>
internal sealed class ReadyEvent
{
    private readonly Lock _lock = new();
    private bool _isReadable;
    private ManualResetEventSlim? _waited;

    public ReadyEvent(QueueFile queue)
    {
        queue.ReadableChanged = Set;
        Set(queue.IsReadable);
    }

    /// <summary>Waits at most so many milliseconds (-1: for ever).</summary>
    /// <returns>Whether there is something to read.</returns>
    public bool Wait(int milliseconds)
    {
        ManualResetEventSlim waited;
        lock (_lock)
        {
            if (_isReadable || milliseconds == 0)
                return _isReadable;
            waited = _waited ??= new ManualResetEventSlim();
        }

        return waited.Wait(milliseconds);
    }

    private void Set(bool isReadable)
    {
        lock (_lock)
        {
            _isReadable = isReadable;
            if (isReadable)
                _waited?.Set();
            else
                _waited?.Reset();
        }
    }
}
