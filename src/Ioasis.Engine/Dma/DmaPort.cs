using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Faults;
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

    private PageRequestGroup? _pageRequests; // the last ones, for the next
    private uint _pageRequestGroup;

    /// <summary>Page Request Group Index: 9 bits (PCIe 10.4.1).</summary>
    private const uint LargestPageRequestGroup = (1 << 9) - 1;

    private const int IotlbShift = 6;
    private const int IotlbSize = 1 << IotlbShift;

    internal DmaPort(PhysicalDevice device)
    {
        _device = device;
        _group = device.Group;
    }

    /// <summary>A word alone in its cache lines, so that announcing a DMA disturbs no other processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedWord
    {
        [FieldOffset(128)]
        public long Value;
    }

    /// <summary>The open section's number, different each time; 0 when none is open.</summary>
    internal long Section => Volatile.Read(ref _open.Value);

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
    public bool Read(Pasid pasid, Iova from, Span<byte> into)
    {
        Open();
        if (TryReach(TableOf(pasid), from.Value, into.Length, AreaAccess.Read, out Span<byte> memory))
        {
            memory.CopyTo(into);
            Close();
            _bytesRead += into.Length;
            return true;
        }

        Close();
        return ReadInParts(pasid, from, into);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReadInParts(Pasid pasid, Iova from, Span<byte> into)
    {
        Reason why = default;
        ulong iova = from.Value;
        while (!into.IsEmpty)
        {
            Open();
            if (!TryTranslate(pasid, iova, (ulong)into.Length, AreaAccess.Read, ref why))
            {
                Close();
                if (TryHavePagesMade(pasid, iova, AreaAccess.Read, ref why))
                    continue;
                into.Fill(0xff);
                Abort(pasid, iova, (ulong)into.Length, isWrite: false, in why);
                return false;
            }

            IotlbEntry front = _front;
            int part = (int)Math.Min((ulong)Math.Min(into.Length, LongestPart(front)), front.Last - iova + 1);
            ulong address = front.Address + (iova - front.First);
            int done = front.Backing.Read(address, into[..part]);
            Close();
            into = into[done..];
            iova += (ulong)done;
            _bytesRead += done;
            if (done == part)
                continue;
            why.Because(ReasonCode.DmaMemoryGone, iova, 0, address + (ulong)done);
            into.Fill(0xff);
            Abort(pasid, iova, (ulong)into.Length, isWrite: false, in why);
            return false;
        }

        return true;
    }

    /// <summary>The device writes memory.</summary>
    /// <param name="to">First byte.</param>
    /// <param name="from">The bytes.</param>
    /// <returns>False when it was aborted; what comes before the faulting address may have been written. The fault is recorded.</returns>
    public bool Write(Iova to, ReadOnlySpan<byte> from) => Write(Pasid.None, to, from);

    /// <summary>The device writes memory of the process or virtual machine that a PASID stands for.</summary>
    public bool Write(Pasid pasid, Iova to, ReadOnlySpan<byte> from)
    {
        Open();
        if (TryReach(TableOf(pasid), to.Value, from.Length, AreaAccess.Write, out Span<byte> memory))
        {
            from.CopyTo(memory);
            _front.Tracker?.Mark(to.Value, to.Value + (ulong)(from.Length - 1));
            Close();
            _bytesWritten += from.Length;
            return true;
        }

        Close();
        return WriteInParts(pasid, to, from);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WriteInParts(Pasid pasid, Iova to, ReadOnlySpan<byte> from)
    {
        Reason why = default;
        ulong iova = to.Value;
        while (!from.IsEmpty)
        {
            Open();
            if (!TryTranslate(pasid, iova, (ulong)from.Length, AreaAccess.Write, ref why))
            {
                Close();
                if (TryHavePagesMade(pasid, iova, AreaAccess.Write, ref why))
                    continue;
                Abort(pasid, iova, (ulong)from.Length, isWrite: true, in why);
                return false;
            }

            IotlbEntry front = _front;
            int part = (int)Math.Min((ulong)Math.Min(from.Length, LongestPart(front)), front.Last - iova + 1);
            ulong address = front.Address + (iova - front.First);
            int done = front.Backing.Write(address, from[..part]);
            if (front.Tracker is { } tracker && done != 0)
                tracker.Mark(iova, iova + (ulong)(done - 1));
            Close();
            from = from[done..];
            iova += (ulong)done;
            _bytesWritten += done;
            if (done == part)
                continue;
            why.Because(ReasonCode.DmaMemoryGone, iova, 0, address + (ulong)done);
            Abort(pasid, iova, (ulong)from.Length, isWrite: true, in why);
            return false;
        }

        return true;
    }

    /// <summary>
    /// The common case of a copy, within the section that is open: all of it lies in the area used last, in memory of this process, and is
    /// not too long for one section.
    /// </summary>
    /// <param name="table">As <see cref="TableOf"/> gives it.</param>
    /// <param name="iova">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="access">Read or write.</param>
    /// <param name="memory">Where it leads.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReach(PageTable? table, ulong iova, int length, AreaAccess access, out Span<byte> memory)
    {
        IotlbEntry front = _front;
        if (table is not null && front.IsGood(table, iova) && (front.Access & access) != 0
            && (uint)(length - 1) < LongestCopy && (ulong)(length - 1) <= front.Last - iova)
            return front.Backing.TryGetBytes(front.Address + (iova - front.First), length, out memory);
        memory = default;
        return false;
    }

    private static int LongestPart(IotlbEntry front) => front.Backing.IsHere ? LongestCopy : LongestRemoteCopy;

    /// <summary>The page table of requests in a section that has begun; null when they are blocked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PageTable? TableOf(Pasid pasid) => _device.BusMaster ? _group.TableOf(pasid) : null;

    /// <summary>
    /// A translation was missing: a device that can, asks the user for it and waits, outside of any section.
    /// </summary>
    /// <returns>True when the user says that it is there now: the DMA tries again.</returns>
    private bool TryHavePagesMade(Pasid pasid, ulong iova, AreaAccess access, ref Reason why)
    {
        if (!_device.PageRequests || why.Code is not (ReasonCode.DmaNotMapped or ReasonCode.DmaNotPermitted))
            return false;
        PageRequest request = new(
            pasid, _pageRequestGroup++ & LargestPageRequestGroup,
            access == AreaAccess.Write ? iommu_hwpt_pgfault_perm.IOMMU_PGFAULT_PERM_WRITE : iommu_hwpt_pgfault_perm.IOMMU_PGFAULT_PERM_READ,
            iova & ~(ulong)(SystemPage.Size - 1), IsLast: true);
        if (!_device.TryRequest(in request, _pageRequests is { IsIdle: true } ? _pageRequests : null, out PageRequestGroup? group))
            return false;
        _pageRequests = group;
        if (_device.Wait(group!) == PageResponse.Success)
            return true;
        why.Because(ReasonCode.DmaPageRefused, iova, name: _device.Name);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Open()
    {
        // The exchange is also the fence that DmaBarrier.Wait pairs with.
        if (Interlocked.CompareExchange(ref _open.Value, ++_sections, 0) != 0)
            ThrowInUse();
    }

    private void ThrowInUse() =>
        throw new InvalidOperationException($"a DMA port of {_device.Name} is used by two threads; open a port for each");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Close() => Volatile.Write(ref _open.Value, 0);

    /// <summary>
    /// Translates an IOVA: on success <c>_front</c> is its entry. A section is open. O(1) for an address near the last one,
    /// else an IOTLB look-up, else O(log areas).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTranslate(Pasid pasid, ulong iova, ulong length, AreaAccess access, ref Reason why)
    {
        PageTable? table = _group.TableOf(pasid);
        IotlbEntry front = _front;
        if (table is not null && front.IsGood(table, iova) && (front.Access & access) != 0 && _device.BusMaster
            && length - 1 <= ulong.MaxValue - iova)
            return true;
        return TryTranslateSlowly(table, pasid, iova, length, access, ref why);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTranslateSlowly(PageTable? table, Pasid pasid, ulong iova, ulong length, AreaAccess access, ref Reason why)
    {
        if (!_device.BusMaster)
            return Deny(ReasonCode.DmaNoBusMaster, iova, 0, ref why);
        if (length - 1 > ulong.MaxValue - iova)
            return Deny(ReasonCode.DmaAddressWraps, iova, length, ref why);
        if (table is null)
            return Deny(ReasonCode.DmaNotAttached, iova, pasid.Value, ref why);

        IotlbEntry cached = _iotlb[SlotOf(pasid, iova)] ??= new IotlbEntry();
        if (!cached.IsGood(table, iova) && !cached.TryFill(table, iova))
            return Deny(ReasonCode.DmaNotMapped, iova, 0, ref why);
        if ((cached.Access & access) == 0)
            return Deny(ReasonCode.DmaNotPermitted, iova, 0, ref why);
        _front = cached;
        return true;
    }

    private static int SlotOf(Pasid pasid, ulong iova) =>
        (int)(((iova >> SystemPage.Shift) + ((ulong)pasid.Value << 44)) * 0x9e3779b97f4a7c15ul >> (64 - IotlbShift));

    private bool Deny(ReasonCode code, ulong a, ulong b, ref Reason why)
    {
        why.Because(code, a, b, name: _device.Name);
        return false;
    }

    private void Abort(Pasid pasid, ulong iova, ulong length, bool isWrite, in Reason why)
    {
        DmaFault fault = new(_device, new Iova(iova), length, isWrite, why) { Pasid = pasid };
        _device.Faults.Add(in fault);
        _group.System.DmaAborted?.Invoke(fault);
    }

    /// <summary>For <see cref="DmaSection"/>: where an IOVA leads, without a record of a failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTranslate(Pasid pasid, ulong iova, AreaAccess access, out HostAddress address, out ulong length, ref Reason why)
    {
        if (!TryTranslate(pasid, iova, 1, access, ref why))
        {
            address = default;
            length = 0;
            return false;
        }

        address = new HostAddress(_front.Address + (iova - _front.First));
        length = _front.Last - iova + 1;
        return true;
    }
}
