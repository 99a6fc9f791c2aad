using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Dma;

/// <summary>
/// A copy that is not all in one place: in parts, each in a section of its own, with page requests and aborts between them.
/// </summary>
public sealed partial class DmaPort
{
    private PageRequestGroup? _pageRequests; // the last ones, for the next
    private uint _pageRequestGroup;

    /// <summary>Page Request Group Index: 9 bits (PCIe 10.4.1).</summary>
    private const uint LargestPageRequestGroup = (1 << 9) - 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReadInParts(long epoch, Pasid pasid, Iova from, Span<byte> into)
    {
        Reason why = default;
        ulong iova = from.Value;
        while (!into.IsEmpty)
        {
            Open();
            if (!IsCurrent(epoch))
            {
                Close();
                return false;
            }

            if (!TryTranslate(pasid, iova, (ulong)into.Length, AreaAccess.Read, ref why))
            {
                Close();
                if (TryHavePagesMade(epoch, pasid, iova, AreaAccess.Read, ref why))
                    continue;
                FillWithOnes(epoch, into);
                Abort(pasid, iova, (ulong)into.Length, isWrite: false, in why);
                return false;
            }

            IotlbEntry front = _front;
            int part = (int)Math.Min((ulong)Math.Min(into.Length, LongestPart(front)), front.Last - iova + 1);
            ulong address = front.Address + (iova - front.First);
            int done = Read(ref front.Backing, address, into[..part]);
            Close();
            into = into[done..];
            iova += (ulong)done;
            _bytesRead += done;
            if (done == part)
                continue;
            why.Because(ReasonCode.DmaMemoryGone, iova, 0, address + (ulong)done);
            FillWithOnes(epoch, into);
            Abort(pasid, iova, (ulong)into.Length, isWrite: false, in why);
            return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WriteInParts(long epoch, Pasid pasid, Iova to, ReadOnlySpan<byte> from)
    {
        Reason why = default;
        ulong iova = to.Value;
        while (!from.IsEmpty)
        {
            Open();
            if (!IsCurrent(epoch))
            {
                Close();
                return false;
            }

            if (!TryTranslate(pasid, iova, (ulong)from.Length, AreaAccess.Write, ref why))
            {
                Close();
                if (TryHavePagesMade(epoch, pasid, iova, AreaAccess.Write, ref why))
                    continue;
                Abort(pasid, iova, (ulong)from.Length, isWrite: true, in why);
                return false;
            }

            IotlbEntry front = _front;
            int part = (int)Math.Min((ulong)Math.Min(from.Length, LongestPart(front)), front.Last - iova + 1);
            ulong address = front.Address + (iova - front.First);
            int done = Write(ref front.Backing, address, from[..part]);
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

    /// <summary>A read that nobody answers: but not into what belongs to the device again since the DMA was called off.</summary>
    private void FillWithOnes(long epoch, Span<byte> into)
    {
        Open();
        if (IsCurrent(epoch))
            into.Fill(0xff);
        Close();
    }

    /// <summary>Copies within the section, which is marked when the memory may block.</summary>
    private int Read(ref Backing backing, ulong address, Span<byte> into)
    {
        if (!backing.MayBlock)
            return backing.Read(address, into);
        Volatile.Write(ref _open.MayBlock, true);
        int done = backing.Read(address, into);
        Volatile.Write(ref _open.MayBlock, false);
        return done;
    }

    private int Write(ref Backing backing, ulong address, ReadOnlySpan<byte> from)
    {
        if (!backing.MayBlock)
            return backing.Write(address, from);
        Volatile.Write(ref _open.MayBlock, true);
        int done = backing.Write(address, from);
        Volatile.Write(ref _open.MayBlock, false);
        return done;
    }

    private static int LongestPart(IotlbEntry front) => front.Backing.IsHere ? LongestCopy : LongestRemoteCopy;

    /// <summary>
    /// A translation was missing: a device that can, asks the user for it and waits, outside of any section.
    /// </summary>
    /// <returns>True when the user says that it is there now, or the DMA was called off: it looks again.</returns>
    private bool TryHavePagesMade(long epoch, Pasid pasid, ulong iova, AreaAccess access, ref Reason why)
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
        PageResponse response = _device.Wait(group!, this, epoch);
        if (response == PageResponse.None)
            group!.Table.Faults!.Withdraw(group);
        if (response == PageResponse.Success || Epoch != epoch)
            return true;
        why.Because(ReasonCode.DmaPageRefused, iova, name: _device.Name);
        return false;
    }

    private void Abort(Pasid pasid, ulong iova, ulong length, bool isWrite, in Reason why)
    {
        DmaFault fault = new(_device, new Iova(iova), length, isWrite, why) { Pasid = pasid };
        _device.Faults.Add(in fault);
        _group.System.DmaAborted?.Invoke(fault);
    }
}
