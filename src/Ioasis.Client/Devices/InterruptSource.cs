using Ioasis.Client.Native;

namespace Ioasis.Client.Devices;

/// <summary>
/// One interrupt vector to wait for. Interrupts that nobody has waited for are counted, and taken all at once by the next
/// wait. Belongs to its <see cref="InterruptSet"/>. Thread-safe.
/// </summary>
public sealed class InterruptSource
{
    private readonly EventDescriptor _event;

    internal InterruptSource(EventDescriptor eventDescriptor) => _event = eventDescriptor;

    internal int Descriptor => (int)_event.DangerousGetHandle();

    /// <summary>Waits for an interrupt, forever.</summary>
    /// <returns>How many there were since the last wait, at least 1.</returns>
    /// <exception cref="ObjectDisposedException">The interrupts have been disabled before the wait.</exception>
    public ulong Wait() => _event.Wait(null, Timeout.InfiniteTimeSpan);

    /// <summary>Waits for an interrupt for some time.</summary>
    /// <param name="timeout">How long; zero to look only.</param>
    /// <param name="count">How many there were since the last wait.</param>
    /// <returns>False when there was none.</returns>
    public bool TryWait(TimeSpan timeout, out ulong count)
    {
        count = _event.Wait(null, timeout);
        return count != 0;
    }

    /// <summary>Waits for an interrupt without holding up the calling thread; a thread of its own waits.</summary>
    /// <returns>How many there were since the last wait, at least 1.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before there was one.</exception>
    public async Task<ulong> WaitAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        using EventDescriptor stop = EventDescriptor.Create();
        using (cancellation.UnsafeRegister(static one => ((EventDescriptor)one!).Signal(), stop))
        {
            ulong count = await Task.Factory.StartNew(
                () => _event.Wait(stop, Timeout.InfiniteTimeSpan), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default).ConfigureAwait(false);
            return count != 0 ? count : throw new OperationCanceledException(cancellation);
        }
    }

    internal void Dispose() => _event.Dispose();
}
