using System.Diagnostics;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// Page tables as views of the address space. The first one pins and charges every area, O(areas and VMAs); each later one
/// costs O(1), because alignment, reserved ranges and pins are known in sum.
/// </summary>
public sealed partial class Ioas
{
    /// <summary>The first of the page tables, which are linked by <see cref="HwPageTable.Next"/> in order of creation.</summary>
    internal HwPageTable? FirstTable => _firstTable;

    /// <summary>Makes a page table a view of this address space. On failure nothing has changed.</summary>
    /// <returns>EINVAL: its pages are too large; EADDRINUSE: an area does not fit it; EFAULT, ENOMEM: an area cannot be pinned.</returns>
    internal Errno AddTable(HwPageTable table, ref Reason why)
    {
        ulong smallest = table.Format.SmallestPage;
        ulong alignment = Math.Max(smallest, Alignment);
        if (alignment > SystemPage.Size)
            return why.Because(ReasonCode.PageSizeIncompatible, smallest, SystemPage.Size);
        if (_misalignments is not null && _misalignments.AnyBelow(alignment))
            return Misaligned(ReasonCode.AreaUnalignedForHardware, alignment, ref why);

        Errno errno = ReserveOutside(table.Format.Aperture, table.Iommu, ref why);
        if (errno.Failed)
            return errno;
        errno = _tableCount == 0 ? PinAreas(ref why) : FailurePoint.Allocate("page table entries", ref why);
        if (errno.Failed)
        {
            UnreserveOutside(table.Format.Aperture, table.Iommu);
            return errno;
        }

        Alignment = alignment;
        _tableCount++;
        if (_firstTable is { } first)
        {
            table.Previous = first.Previous;
            first.Previous = first.Previous.Next = table;
        }
        else
            _firstTable = table;
        return Errno.Success;
    }

    /// <summary>Ends a view. No DMA goes through it any more.</summary>
    internal void RemoveTable(HwPageTable table)
    {
        if (table == _firstTable)
            _firstTable = table.Next;
        else
            table.Previous.Next = table.Next;
        if ((table.Next ?? _firstTable) is { } after)
            after.Previous = table.Previous;
        table.Previous = table;
        table.Next = null;
        _tableCount--;
        if (_tableCount == 0)
            UnpinAreas();
        UnreserveOutside(table.Format.Aperture, table.Iommu);
        Alignment = RequiredAlignment();
    }

    internal Errno SetHugePages(bool enabled, ref Reason why)
    {
        if (enabled || !HugePages)
        {
            HugePages = HugePages || enabled;
            Alignment = RequiredAlignment();
            return Errno.Success;
        }

        if (_tableCount != 0 && _areas.Count != 0)
            return why.Because(ReasonCode.OptionNeedsEmptySpace, (ulong)_tableCount, (ulong)_areas.Count);
        if (_misalignments is not null && _misalignments.AnyBelow(SystemPage.Size))
            return Misaligned(ReasonCode.HugePagesAreaUnaligned, SystemPage.Size, ref why);
        HugePages = false;
        Alignment = RequiredAlignment();
        return Errno.Success;
    }

    private ulong RequiredAlignment()
    {
        ulong alignment = HugePages ? 1 : SystemPage.Size;
        // Nothing needs more than a system page, so most often the first table ends the walk.
        for (HwPageTable? table = _firstTable; table is not null && alignment < SystemPage.Size; table = table.Next)
            alignment = Math.Max(alignment, table.Format.SmallestPage);
        foreach (Access access in _accesses ?? [])
            alignment = Math.Max(alignment, access.Alignment);
        return alignment;
    }

    /// <summary>Reserves what lies outside an aperture, which tables of one IOMMU have in common. On failure nothing has changed.</summary>
    private Errno ReserveOutside(AddressRange aperture, Iommu iommu, ref Reason why)
    {
        if (aperture.First != 0)
        {
            Errno below = Reserve(new AddressRange(0, aperture.First - 1), iommu, aperture: true, iommu.Name, ref why);
            if (below.Failed)
                return below;
        }

        if (aperture.Last == ulong.MaxValue)
            return Errno.Success;
        Errno above = Reserve(new AddressRange(aperture.Last + 1, ulong.MaxValue), iommu, aperture: true, iommu.Name, ref why);
        if (above.Failed && aperture.First != 0)
            _reserved.Remove(new AddressRange(0, aperture.First - 1), iommu);
        return above;
    }

    private void UnreserveOutside(AddressRange aperture, Iommu iommu)
    {
        if (aperture.First != 0)
            _reserved.Remove(new AddressRange(0, aperture.First - 1), iommu);
        if (aperture.Last != ulong.MaxValue)
            _reserved.Remove(new AddressRange(aperture.Last + 1, ulong.MaxValue), iommu);
    }

    private Errno PinAreas(ref Reason why)
    {
        foreach (Interval<Area> entry in _areas)
        {
            if (entry.Value.IsLeaving)
                continue;
            Errno errno = FailurePoint.Allocate("page table entries", ref why);
            if (errno.Succeeded)
                errno = Context.Backings.Pin(entry.Value.Backing, entry.Value.Address, entry.Last - entry.Start + 1, ref why);
            if (errno.Succeeded)
                continue;
            UnpinAreas(before: entry.Start);
            return errno;
        }

        Errno answered = Context.Backings.CheckAnswered(ref why);
        if (answered.Failed)
            UnpinAreas();
        return answered;
    }

    private void UnpinAreas(ulong before = ulong.MaxValue)
    {
        foreach (Interval<Area> entry in _areas)
        {
            if (entry.Start >= before)
                return;
            if (!entry.Value.IsLeaving)
                Context.Backings.Unpin(entry.Value.Backing, entry.Value.Address, entry.Last - entry.Start + 1);
        }
    }

    /// <summary>Finds the first area that is not aligned, for the reason; the failure is certain already.</summary>
    private Errno Misaligned(ReasonCode code, ulong alignment, ref Reason why)
    {
        foreach (Interval<Area> entry in _areas)
        {
            ulong pageOffset = entry.Value.PageOffset;
            if (!entry.Value.IsLeaving && ((entry.Start | (entry.Last - entry.Start + 1) | pageOffset) & (alignment - 1)) != 0)
                return why.Because(code, entry.Start, entry.Last, pageOffset, alignment);
        }

        throw new UnreachableException("misaligned areas are counted, but there is none");
    }
}
