using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Dma;

/// <summary>Where an IOVA leads, within the section that is open: the entry used last, the IOTLB, the address space.</summary>
public sealed partial class DmaPort
{
    private const int IotlbShift = 6;
    private const int IotlbSize = 1 << IotlbShift;

    /// <summary>The page table of requests in a section that has begun; null when they are blocked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PageTable? TableOf(Pasid pasid) => _device.BusMaster ? _group.TableOf(pasid) : null;

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
