namespace Ioasis.Devices.Interrupts;

/// <summary>
/// The far end of an eventfd that a client handed over: a device signals it, or waits for the client to signal it.
/// Thread-safe.
/// </summary>
public abstract class EventLine : IDisposable
{
    /// <summary>Adds 1 to the eventfd's counter. Never blocks and never fails: a counter that is full stays full.</summary>
    public abstract void Signal();

    /// <summary>
    /// Calls <paramref name="signalled"/> (on a thread of the system's) each time the client signals, until disposed. The
    /// counter is read, that is: reset, each time.
    /// </summary>
    public abstract void Listen(Action signalled);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
