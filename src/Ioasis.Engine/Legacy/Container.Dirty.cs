using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Legacy;

/// <summary>VFIO_IOMMU_DIRTY_PAGES and VFIO_IOMMU_GET_INFO of type 1.</summary>
public sealed partial class Container
{
    /// <summary>Whether dirty pages can be asked for. Guarded by the calls' lock.</summary>
    private bool IsTracking { get; set; }

    /// <summary>Starts or stops tracking; either may be repeated.</summary>
    /// <returns>EINVAL: no IOMMU type is set.</returns>
    public Errno SetTracking(bool on, ref Reason why)
    {
        lock (_calls)
        {
            if (_space is null)
                return why.Because(ReasonCode.ContainerWithoutIommu);
            IsTracking = on;
            return Errno.Success;
        }
    }

    /// <summary>Writes which pages of a range are dirty: those that are mapped. Words that belong to no mapping are not touched.</summary>
    /// <param name="iova">First byte of the range.</param>
    /// <param name="size">Bytes of it, at least 1; the range does not wrap.</param>
    /// <param name="bitmap">Where the bits go; fits the range.</param>
    /// <param name="memory">The caller's memory.</param>
    /// <param name="why">The reason of a failure. EINVAL: other pages than the smallest, no whole pages, tracking is off, or a mapping would be cut; EFAULT.</param>
    public Errno GetDirtyPages(ulong iova, ulong size, in DirtyBitmap bitmap, ClientMemory memory, ref Reason why)
    {
        List<AddressRange> mappings = [];
        lock (_calls)
        {
            if (_space is not { } space)
                return why.Because(ReasonCode.ContainerWithoutIommu);
            ulong page, last = iova + (size - 1);
            lock (_context.Gate)
                page = SmallestPage(space);
            if (bitmap.PageSize != page || !IsTracking)
                return why.Because(ReasonCode.DirtyBitmapUnfit, bitmap.PageSize, IsTracking ? page : 0);
            if ((iova & (page - 1)) != 0)
                return why.Because(ReasonCode.IovaUnaligned, iova, page);
            if ((size & (page - 1)) != 0)
                return why.Because(ReasonCode.LengthUnaligned, size, page);
            Errno errno = CheckCut(iova, last, all: false, ref why);
            if (errno.Failed)
                return errno;
            AddMappings(iova, last, mappings);
        }

        ulong? unused = null;
        return WriteBitmap(in bitmap, memory, iova, mappings, ref unused, ref why);
    }

    /// <summary>What VFIO_IOMMU_GET_INFO tells.</summary>
    /// <param name="ranges">Gets the IOVAs that can be mapped, lowest first.</param>
    /// <param name="pageSizes">Bit n: pages of 2^n bytes.</param>
    /// <param name="entriesLeft">Mappings that can still be made.</param>
    /// <param name="why">EINVAL: no IOMMU type is set.</param>
    public Errno Describe(List<AddressRange> ranges, out ulong pageSizes, out uint entriesLeft, ref Reason why)
    {
        pageSizes = 0;
        entriesLeft = 0;
        lock (_calls)
        {
            if (_space is not { } space)
                return why.Because(ReasonCode.ContainerWithoutIommu);
            lock (_context.Gate)
            {
                pageSizes = space.LegacyPageSizes;
                entriesLeft = _entryLimit - (uint)space.AreaCount;
                space.UsableRanges(ranges);
                return Errno.Success;
            }
        }
    }
}
