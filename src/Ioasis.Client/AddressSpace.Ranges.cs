using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Client.Native;
using Ioasis.Client.Transports;

namespace Ioasis.Client;

/// <summary>Which addresses of the space can be mapped.</summary>
public sealed unsafe partial class AddressSpace
{
    /// <summary>Asks where the space can be mapped now (IOMMU_IOAS_IOVA_RANGES).</summary>
    public UsableRanges GetUsableRanges()
    {
        var ranges = new IovaRange[8];
        while (true)
        {
            fixed (IovaRange* list = ranges)
            {
                iommu_ioas_iova_ranges args = new()
                {
                    size = (uint)Unsafe.SizeOf<iommu_ioas_iova_ranges>(), ioas_id = LiveId, num_iovas = (uint)ranges.Length,
                    allowed_iovas = (ulong)list,
                };
                CallResult result = Iommu.Handle.Ioctl(Iommufd.IOMMU_IOAS_IOVA_RANGES, ref args);
                if (!result.Failed)
                    return new UsableRanges(ranges[..(int)args.num_iovas], args.out_iova_alignment);
                if (result.Error != ErrorNumber.EMSGSIZE)
                    throw new IommuException(nameof(Iommufd.IOMMU_IOAS_IOVA_RANGES), $"address space {Id}", result);
                ranges = new IovaRange[args.num_iovas];
            }
        }
    }

    /// <summary>
    /// Says which addresses must stay usable whatever is attached later; automatic addresses come from them. An empty list
    /// lifts it (IOMMU_IOAS_ALLOW_IOVAS).
    /// </summary>
    /// <exception cref="IommuException">EINVAL: ranges overlap, or one has less than 2 addresses; EADDRINUSE: one is reserved already.</exception>
    public void SetAllowedRanges(params ReadOnlySpan<IovaRange> ranges)
    {
        fixed (IovaRange* list = ranges)
        {
            iommu_ioas_allow_iovas args = new()
            {
                size = (uint)Unsafe.SizeOf<iommu_ioas_allow_iovas>(), ioas_id = LiveId, num_iovas = (uint)ranges.Length,
                allowed_iovas = (ulong)list,
            };
            CallResult result = Iommu.Handle.Ioctl(Iommufd.IOMMU_IOAS_ALLOW_IOVAS, ref args);
            if (result.Failed)
                throw new IommuException(nameof(Iommufd.IOMMU_IOAS_ALLOW_IOVAS), $"address space {Id}, {ranges.Length} ranges", result);
        }
    }
}
