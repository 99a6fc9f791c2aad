using Ioasis.Devices.Interrupts;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>An eventfd that counts.</summary>
internal sealed class CountingLine : EventLine
{
    private int _signals;

    public int Signals => Volatile.Read(ref _signals);

    public bool IsDisposed { get; private set; }

    public override void Signal() => Interlocked.Increment(ref _signals);

    public override void Listen(Action signalled)
    {
    }

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
