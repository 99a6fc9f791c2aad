using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;

namespace Ioasis.Devices.Work;

/// <summary>Something that a device does by itself, on its worker's thread.</summary>
/// <param name="work">Its way to memory, for as long as it runs.</param>
public delegate void DeviceAction(DeviceWork work);

/// <summary>
/// One piece of a device's work: what it was begun for holds until the device is reset. From then on it reads and writes nothing, and what
/// it posts is not done.
/// </summary>
/// <remarks>For the thread that the work runs on, until it returns.</remarks>
public readonly struct DeviceWork
{
    private readonly DeviceWorker _worker;
    private readonly DmaPort _port;
    private readonly long _epoch;

    internal DeviceWork(DeviceWorker worker, DmaPort port, long epoch)
    {
        _worker = worker;
        _port = port;
        _epoch = epoch;
    }

    /// <summary>
    /// The device was reset since: what its registers hold now is not about this work. Asked under the function's lock, the answer holds
    /// until the lock is left.
    /// </summary>
    public bool IsCancelled => _port.Epoch != _epoch;

    /// <summary>The device reads memory.</summary>
    /// <param name="from">The first byte.</param>
    /// <param name="into">What is read. When aborted, the rest of it holds ones.</param>
    /// <param name="pasid">Whose address space it is; <see cref="Pasid.None"/> for a request without a PASID.</param>
    public DmaOutcome Read(Iova from, Span<byte> into, Pasid pasid = default) =>
        OutcomeOf(_port.Read(_epoch, pasid, from, into));

    /// <summary>The device writes memory. When aborted, a part may have been written.</summary>
    /// <param name="to">The first byte.</param>
    /// <param name="from">What is written.</param>
    /// <param name="pasid">As for <see cref="Read"/>.</param>
    public DmaOutcome Write(Iova to, ReadOnlySpan<byte> from, Pasid pasid = default) =>
        OutcomeOf(_port.Write(_epoch, pasid, to, from));

    /// <summary>The device reads the pieces that a scatter-gather list names, one after the other.</summary>
    /// <param name="from">The list.</param>
    /// <param name="into">As long as all pieces together. When aborted, the rest of it holds ones.</param>
    /// <param name="pasid">As for <see cref="Read"/>.</param>
    public DmaOutcome Gather(ReadOnlySpan<DmaSegment> from, Span<byte> into, Pasid pasid = default) =>
        OutcomeOf(_port.Gather(_epoch, pasid, from, into));

    /// <summary>The device writes the pieces that a scatter-gather list names, one after the other. When aborted, those before were written.</summary>
    /// <param name="to">The list.</param>
    /// <param name="from">As long as all pieces together.</param>
    /// <param name="pasid">As for <see cref="Read"/>.</param>
    public DmaOutcome Scatter(ReadOnlySpan<DmaSegment> to, ReadOnlySpan<byte> from, Pasid pasid = default) =>
        OutcomeOf(_port.Scatter(_epoch, pasid, to, from));

    /// <summary>Has more be done after what waits already, as part of this: a reset calls it off too.</summary>
    /// <param name="more">What to do.</param>
    /// <param name="delay">Not before so much time has passed.</param>
    public void Post(DeviceAction more, TimeSpan delay = default) => _worker.Post(_epoch, more, delay);

    private DmaOutcome OutcomeOf(bool isDone) =>
        isDone ? DmaOutcome.Done : IsCancelled ? DmaOutcome.Cancelled : DmaOutcome.Aborted;
}
