using Ioasis.Devices.Interrupts;

namespace Ioasis.Devices.Tests.Interrupts;

/// <summary>An eventfd that counts.</summary>
public sealed class FakeEventLine : EventLine
{
    private readonly List<Action> _listeners = [];
    private int _signals;

    public int Signals => Volatile.Read(ref _signals);

    public bool IsDisposed { get; private set; }

    public override void Signal()
    {
        Assert.False(IsDisposed, "signalled after it was taken away");
        Interlocked.Increment(ref _signals);
    }

    public override void Listen(Action signalled) => _listeners.Add(signalled);

    /// <summary>The client signals.</summary>
    public void SignalByClient()
    {
        foreach (Action listener in _listeners)
            listener();
    }

    /// <summary>Signals since the last call.</summary>
    public int Take() => Interlocked.Exchange(ref _signals, 0);

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
