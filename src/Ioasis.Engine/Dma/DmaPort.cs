using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Dma;

/// <summary>
/// A device's way to memory: everything that a model reads or writes goes through here, is translated by the page table
/// that the device is attached to, and is aborted where that says no. Holds the IOTLB.
/// </summary>
/// <remarks>
/// One thread at a time: a device with several engines opens a port for each. A copy runs in *sections*: while one is open
/// nothing that it translates to is let go (see <see cref="DmaBarrier"/>). A section lasts for one bounded copy; a longer
/// DMA is cut, and each part translates anew.
/// </remarks>
public sealed partial class DmaPort
{
    /// <summary>
    /// Most bytes that one section copies: some 50 µs, which is how long an unmap may have to wait. From and to another process, where each
    /// part costs system calls besides, twice as much.
    /// </summary>
    private const int LongestCopy = 512 << 10, LongestRemoteCopy = 1 << 20;

    private readonly PhysicalDevice _device;
    private readonly IommuGroup _group;
    private readonly IotlbEntry?[] _iotlb = new IotlbEntry?[IotlbSize]; // made when they are first needed
    private IotlbEntry _front = new(); // the entry used last
    private long _sections; // sections ever opened
    private long _bytesRead, _bytesWritten; // of DMA that succeeded, or of its part that did
    private PaddedWord _open; // the number of the open section; 0 when none is
    private long _givenUp; // sections up to here are not waited for

    internal DmaPort(PhysicalDevice device, long epoch)
    {
        _epoch = epoch;
        _device = device;
        _group = device.Group;
    }

    /// <summary>A word alone in its cache lines, so that announcing a DMA disturbs no other processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedWord
    {
        [FieldOffset(128)]
        public long Value;

        [FieldOffset(136)]
        public bool MayBlock;
    }

    /// <summary>The open section's number, different each time; 0 when none is open that anybody should wait for.</summary>
    internal long Section => _abandoned ? 0 : Volatile.Read(ref _open.Value);

    /// <summary>The open section copies memory that may block: how long it lasts is in the hands of the memory's owner.</summary>
    internal bool MayBlock => Volatile.Read(ref _open.MayBlock);

    /// <summary>Nobody waits for that section any more: it was closed, given up, or abandoned with the port.</summary>
    internal bool IsOver(long section) => Section != section || Volatile.Read(ref _givenUp) >= section;

    /// <summary>That section is open, whether anybody waits for it or not.</summary>
    internal bool IsOpen(long section) => Volatile.Read(ref _open.Value) == section;

    /// <summary>The section that was open when the device got the owner that it has: none of the owner's affair. Guarded by the system's gate.</summary>
    internal long InheritedSection { get; set; }

    /// <summary>Whoever the section worked for has gone, and its memory does not come.</summary>
    internal void GiveUp(long section)
    {
        if (section > Volatile.Read(ref _givenUp))
            Volatile.Write(ref _givenUp, section);
    }

    /// <summary>Bytes that the device has read from memory through this port.</summary>
    public ulong BytesRead => (ulong)Volatile.Read(ref _bytesRead);

    /// <summary>Bytes that the device has written to memory through this port.</summary>
    public ulong BytesWritten => (ulong)Volatile.Read(ref _bytesWritten);

    /// <summary>The section that a barrier found open and waits for. Guarded by the lock of the context that the device is bound to.</summary>
    internal long AwaitedSection;

    /// <summary>Opens a section, for callers that translate themselves. Close it soon, and wait for nothing inside.</summary>
    /// <exception cref="InvalidOperationException">Another thread uses the port.</exception>
    public DmaSection Enter()
    {
        Open();
        return new DmaSection(this);
    }

    /// <summary>The device reads memory.</summary>
    /// <param name="from">First byte.</param>
    /// <param name="into">Where the bytes go; on an abort the rest of it is 0xff, as a read that nobody answers.</param>
    /// <returns>False when it was aborted; the fault is recorded.</returns>
    public bool Read(Iova from, Span<byte> into) => Read(Pasid.None, from, into);

    /// <summary>The device reads memory of the process or virtual machine that a PASID stands for.</summary>
    public bool Read(Pasid pasid, Iova from, Span<byte> into) => Read(Epoch, pasid, from, into);

    /// <summary>The device writes memory.</summary>
    /// <param name="to">First byte.</param>
    /// <param name="from">The bytes.</param>
    /// <returns>False when it was aborted; what comes before the faulting address may have been written. The fault is recorded.</returns>
    public bool Write(Iova to, ReadOnlySpan<byte> from) => Write(Pasid.None, to, from);

    /// <summary>The device writes memory of the process or virtual machine that a PASID stands for.</summary>
    public bool Write(Pasid pasid, Iova to, ReadOnlySpan<byte> from) => Write(Epoch, pasid, to, from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Open()
    {
        // The exchange is also the fence that DmaBarrier.Pass pairs with.
        if (Interlocked.CompareExchange(ref _open.Value, ++_sections, 0) != 0)
            ThrowInUse();
    }

    private void ThrowInUse() =>
        throw new InvalidOperationException($"a DMA port of {_device.Name} is used by two threads; open a port for each");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Close() => Volatile.Write(ref _open.Value, 0);
}
