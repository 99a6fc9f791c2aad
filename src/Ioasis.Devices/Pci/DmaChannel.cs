using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;

namespace Ioasis.Devices.Pci;

/// <summary>
/// A device thread's way to memory that a reset can cut: work that was begun before the reset does no DMA after it.
/// </summary>
/// <remarks>
/// <see cref="_moving"/> is held while bytes move, so that a reset can wait for them. The device thread takes no other lock
/// under it. One thread reads and writes; any thread cancels.
/// </remarks>
public sealed class DmaChannel(DmaPort port)
{
    /// <summary>
    /// How long a reset waits for DMA in flight. A transfer takes microseconds; only one into memory that its owner refuses to
    /// deliver (userfaultfd) takes longer, and must not hold up the thread that serves the owner's calls.
    /// </summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    private readonly Lock _moving = new();
    private long _epoch;

    /// <summary>Counts resets. Work notes it when it reads its registers, and hands it in with each transfer.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>The device reads memory. When aborted, the rest of <paramref name="into"/> holds ones.</summary>
    public DmaOutcome Read(long epoch, Iova from, Span<byte> into)
    {
        lock (_moving)
        {
            if (epoch != Epoch)
                return DmaOutcome.Cancelled;
            return port.Read(from, into) ? DmaOutcome.Done : DmaOutcome.Aborted;
        }
    }

    /// <summary>The device writes memory. When aborted, a part may have been written.</summary>
    public DmaOutcome Write(long epoch, Iova to, ReadOnlySpan<byte> from)
    {
        lock (_moving)
        {
            if (epoch != Epoch)
                return DmaOutcome.Cancelled;
            return port.Write(to, from) ? DmaOutcome.Done : DmaOutcome.Aborted;
        }
    }

    /// <summary>Cancels what has not begun, and waits for what has.</summary>
    public void Cancel()
    {
        Interlocked.Increment(ref _epoch);
        if (_moving.TryEnter(Patience))
            _moving.Exit();
    }
}
