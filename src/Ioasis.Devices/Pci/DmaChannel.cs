using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Pci;

/// <summary>
/// A device thread's way to memory that a reset can cut: work that was begun before the reset does no DMA after it. A copy that will
/// not end, into memory that its owner does not deliver, is left behind with its port and its thread, and the device goes on with others.
/// </summary>
/// <remarks>One thread reads and writes; any thread cancels.</remarks>
/// <param name="device">Whose memory accesses these are.</param>
/// <param name="thread">The thread that makes them.</param>
public sealed class DmaChannel(PhysicalDevice device, DeviceThread thread)
{
    private volatile DmaPort _port = device.OpenPort();

    /// <summary>Counts cancellations. Work notes it when it reads its registers, and hands it in with each transfer.</summary>
    public long Epoch => _port.Epoch;

    /// <summary>Whether a transfer moves bytes now.</summary>
    internal bool IsMoving => _port.IsMoving;

    internal DeviceThread Thread { get; } = thread;

    /// <summary>The device reads memory. When aborted, the rest of <paramref name="into"/> holds ones.</summary>
    public DmaOutcome Read(long epoch, Iova from, Span<byte> into)
    {
        // Work of an earlier epoch may have been left behind: the port now may be another thread's.
        DmaPort port = _port;
        if (port.Epoch != epoch)
            return DmaOutcome.Cancelled;
        return port.Read(epoch, Pasid.None, from, into) ? DmaOutcome.Done : HowItFailed(port, epoch);
    }

    /// <summary>The device writes memory. When aborted, a part may have been written.</summary>
    public DmaOutcome Write(long epoch, Iova to, ReadOnlySpan<byte> from)
    {
        DmaPort port = _port;
        if (port.Epoch != epoch)
            return DmaOutcome.Cancelled;
        return port.Write(epoch, Pasid.None, to, from) ? DmaOutcome.Done : HowItFailed(port, epoch);
    }

    /// <summary>Calls off what was begun, and what it waits for. Returns at once; what moves now may still be moving.</summary>
    internal void Cancel() => _port.Cancel();

    /// <summary>Waits for what moves now, with no lock held.</summary>
    /// <returns>False: it does not end.</returns>
    internal bool WaitUntilQuiet(TimeSpan patience) => _port.WaitUntilQuiet(patience);

    /// <summary>Leaves what moves now behind.</summary>
    internal void Abandon()
    {
        DmaPort old = _port;
        old.Abandon();
        _port = device.OpenPort(old.Epoch + 1);
        Thread.LeaveBehind();
    }

    private static DmaOutcome HowItFailed(DmaPort port, long epoch) => port.Epoch == epoch ? DmaOutcome.Aborted : DmaOutcome.Cancelled;
}
