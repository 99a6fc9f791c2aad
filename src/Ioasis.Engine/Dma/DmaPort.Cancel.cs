using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Dma;

/// <summary>
/// DMA that is called off: by a reset of the device, by whoever takes it away. What was begun before moves nothing in a section that opens
/// after <see cref="Cancel"/>, and waits for nobody; what is in a section then ends with it, which takes as long as one bounded copy.
/// </summary>
/// <remarks>
/// The device notes the <see cref="Epoch"/> when it decides upon a DMA, and hands it in with it. As with <see cref="DmaBarrier"/> the
/// port opens its section before it looks at the epoch, and whoever cancels changes the epoch before it looks for an open section:
/// one of them sees the other.
/// </remarks>
public sealed partial class DmaPort
{
    private long _epoch;
    private volatile bool _abandoned;

    /// <summary>Counts how often DMA was called off. Any thread.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Whether a section is open: bytes may be moving. Any thread.</summary>
    public bool IsMoving => Volatile.Read(ref _open.Value) != 0;

    /// <summary>It was left behind with a copy that would not end: it never moves anything again.</summary>
    public bool IsAbandoned => _abandoned;

    /// <summary>Calls off what was begun, waiting page requests among it. Returns at once; any thread, any locks.</summary>
    public void Cancel()
    {
        Interlocked.Increment(ref _epoch); // a fence, see above
        _device.WakeWaiters();
    }

    /// <summary>
    /// Waits for the section that is open now, if there is one. Hold no lock that anybody's call, or a device's registers, may want.
    /// </summary>
    /// <param name="patience">How long at most.</param>
    /// <returns>False when it is open still: the copy is stuck in memory that its owner does not deliver.</returns>
    public bool WaitUntilQuiet(TimeSpan patience)
    {
        long awaited = Section;
        if (awaited == 0)
            return true;
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        for (SpinWait spin = default; Section == awaited; spin.SpinOnce())
        {
            if (Environment.TickCount64 > end)
                return false;
        }

        return true;
    }

    /// <summary>
    /// Leaves the port behind with the copy that is stuck in it: nobody waits for that copy any more, and when it ends, the thread that
    /// made it finds everything called off. The device goes on with another port.
    /// </summary>
    public void Abandon()
    {
        _abandoned = true;
        Cancel();
        _device.ClosePort(this);
    }

    /// <summary>The device reads memory, as it decided to in an epoch.</summary>
    /// <param name="epoch">The <see cref="Epoch"/> then.</param>
    /// <param name="pasid">Whose address space it is.</param>
    /// <param name="from">First byte.</param>
    /// <param name="into">Where the bytes go.</param>
    /// <returns>False when it was aborted, or called off: then the epoch has changed, nothing is recorded, and a part may have been read.</returns>
    public bool Read(long epoch, Pasid pasid, Iova from, Span<byte> into)
    {
        Open();
        if (IsCurrent(epoch) && TryReach(TableOf(pasid), from.Value, into.Length, Spaces.AreaAccess.Read, out Span<byte> memory))
        {
            memory.CopyTo(into);
            Close();
            _bytesRead += into.Length;
            return true;
        }

        Close();
        return ReadInParts(epoch, pasid, from, into);
    }

    /// <summary>The device writes memory, as it decided to in an epoch; as the other.</summary>
    public bool Write(long epoch, Pasid pasid, Iova to, ReadOnlySpan<byte> from)
    {
        Open();
        if (IsCurrent(epoch) && TryReach(TableOf(pasid), to.Value, from.Length, Spaces.AreaAccess.Write, out Span<byte> memory))
        {
            from.CopyTo(memory);
            _front.Tracker?.Mark(to.Value, to.Value + (ulong)(from.Length - 1));
            Close();
            _bytesWritten += from.Length;
            return true;
        }

        Close();
        return WriteInParts(epoch, pasid, to, from);
    }

    /// <summary>Whether a DMA of an epoch may go on. A section is open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsCurrent(long epoch) => Volatile.Read(ref _epoch) == epoch && !_abandoned;
}
