using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Dispatch.Vfio;

/// <summary>VFIO_DEVICE_FEATURE_DMA_BUF: a dma-buf of pieces of a BAR, which IOMMU_IOAS_MAP_FILE maps for other devices.</summary>
internal sealed partial class VfioDeviceFile
{
    private const int MostRanges = 4096; // Linux's limit is its memory

    private Errno ExportMemory(in VfioCall call, out long result, ref Reason why)
    {
        const int At = vfio_device_feature.MinimumSize;
        result = 0;
        vfio_device_feature_dma_buf get = default;
        Errno errno = call.Read(At, MemoryMarshal.AsBytes(new Span<vfio_device_feature_dma_buf>(ref get)), ref why);
        if (errno.Failed)
            return errno;
        if (get.nr_ranges is 0 or > MostRanges || get.flags != 0)
            return why.Because(ReasonCode.BufferRangesInvalid, get.nr_ranges, 0, 0, name: DeviceName);
        if (!Function.IsMemory(get.region_index))
            return why.Because(ReasonCode.BarNotExportable, get.region_index, name: DeviceName);

        var asked = new vfio_region_dma_range[get.nr_ranges];
        errno = call.Read(At + vfio_device_feature_dma_buf.offsetof_dma_ranges, MemoryMarshal.AsBytes(asked.AsSpan()), ref why);
        if (errno.Succeeded)
            errno = Check(asked, Function.Region(get.region_index)!.Value.Size, ref why);
        if (errno.Failed)
            return errno;

        var file = new DmaBufFile(Function.Export((int)get.region_index, [.. asked.Select(static range => (range.offset, range.length))]));
        errno = call.Caller.ReserveDescriptor(file, out int number, ref why);
        if (errno.Failed)
            return errno;
        call.Caller.InstallDescriptor(number);
        result = number;
        return errno;
    }

    /// <summary>First all that can be said of the ranges themselves, then whether the BAR has them.</summary>
    private Errno Check(ReadOnlySpan<vfio_region_dma_range> ranges, ulong size, ref Reason why)
    {
        const ulong WithinPage = SystemPage.Size - 1;
        ulong total = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            (ulong offset, ulong length) = (ranges[i].offset, ranges[i].length);
            bool fits = length != 0 && ((offset | length) & WithinPage) == 0 && total + length >= total;
            if (!fits)
                return why.Because(ReasonCode.BufferRangesInvalid, (ulong)i, offset, length, name: DeviceName);
            total += length;
        }

        for (int i = 0; i < ranges.Length; i++)
        {
            (ulong offset, ulong length) = (ranges[i].offset, ranges[i].length);
            if (offset + length < offset)
                return why.Because(ReasonCode.BufferRangeTooLarge, (ulong)i, offset, length);
            if (offset + length > size || total > int.MaxValue)
                return why.Because(ReasonCode.BufferRangesInvalid, (ulong)i, offset, length, name: DeviceName);
        }

        return Errno.Success;
    }
}
