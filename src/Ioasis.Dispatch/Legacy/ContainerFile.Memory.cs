using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Legacy;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using static Ioasis.Abi.vfio_dma_map_flags;
using static Ioasis.Abi.vfio_dma_unmap_flags;

namespace Ioasis.Dispatch.Legacy;

/// <summary>Map, unmap and what can be mapped.</summary>
internal sealed partial class ContainerFile
{
    private Errno Map(in VfioCall call, ref Reason why)
    {
        const vfio_dma_map_flags Known = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE | VFIO_DMA_MAP_FLAG_VADDR;
        const string name = nameof(vfio_iommu_type1_dma_map);
        Errno errno = call.Take(vfio_iommu_type1_dma_map.MinimumSize, name, out vfio_iommu_type1_dma_map map, ref why);
        if (errno.Failed)
            return errno;
        if ((map.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)map.flags, (ulong)Known, name: name);
        AreaAccess access = LegacyAccess.Of(map.flags);
        bool mayLock = call.Caller.Has(Capability.IpcLock);
        if ((map.flags & VFIO_DMA_MAP_FLAG_VADDR) == 0)
            return Container.Map(call.Caller.Memory, map.vaddr, map.iova, map.size, access, mayLock, ref why);
        return access == AreaAccess.None
            ? Container.ChangeAddress(call.Caller.Memory, map.vaddr, map.iova, map.size, mayLock, ref why)
            : why.Because(ReasonCode.AddressWithAccess, (ulong)map.flags);
    }

    private Errno Unmap(in VfioCall call, ref Reason why)
    {
        const vfio_dma_unmap_flags Known = VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP | VFIO_DMA_UNMAP_FLAG_ALL | VFIO_DMA_UNMAP_FLAG_VADDR;
        const string name = nameof(vfio_iommu_type1_dma_unmap);
        Errno errno = call.Take(vfio_iommu_type1_dma_unmap.MinimumSize, name, out vfio_iommu_type1_dma_unmap unmap, ref why);
        if (errno.Failed)
            return errno;
        if ((unmap.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)unmap.flags, (ulong)Known, name: name);

        DirtyBitmap? bitmap = null;
        if ((unmap.flags & VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP) != 0)
        {
            if (unmap.flags != VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP)
                return why.Because(ReasonCode.UnmapFlagsExclude, (ulong)unmap.flags);
            errno = TakeBitmap(in call, unmap.argsz, unmap.size, out DirtyBitmap taken, ref why);
            if (errno.Failed)
                return errno;
            bitmap = taken;
        }

        bool all = (unmap.flags & VFIO_DMA_UNMAP_FLAG_ALL) != 0;
        ulong unmapped;
        errno = (unmap.flags & VFIO_DMA_UNMAP_FLAG_VADDR) != 0
            ? Container.InvalidateAddresses(unmap.iova, unmap.size, all, out unmapped, ref why)
            : Container.Unmap(unmap.iova, unmap.size, all, in bitmap, call.Caller.Memory, out unmapped, ref why);
        if (errno.Failed)
            return errno;
        unmap.size = unmapped;
        return call.Give(in unmap, vfio_iommu_type1_dma_unmap.MinimumSize, ref why);
    }

    /// <summary>The bitmap's description lies behind the structure.</summary>
    private static unsafe Errno TakeBitmap(in VfioCall call, uint argsz, ulong length, out DirtyBitmap bitmap, ref Reason why)
    {
        const int At = vfio_iommu_type1_dma_unmap.offsetof_data;
        bitmap = default;
        if (argsz < At + sizeof(vfio_bitmap))
            return why.Because(ReasonCode.ArgszTooShort, argsz, (ulong)(At + sizeof(vfio_bitmap)), name: nameof(vfio_iommu_type1_dma_unmap));
        vfio_bitmap described = default;
        Errno errno = call.Read(At, MemoryMarshal.AsBytes(new Span<vfio_bitmap>(ref described)), ref why);
        if (errno.Failed)
            return errno;
        bitmap = new DirtyBitmap(described.data, described.size, described.pgsize);
        return bitmap.Check(length, ref why);
    }

    /// <summary>The capabilities come all or not at all; argsz says what all of them need.</summary>
    private unsafe Errno GetInfo(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_iommu_type1_info.MinimumSize, nameof(vfio_iommu_type1_info), out vfio_iommu_type1_info info, ref why);
        if (errno.Failed)
            return errno;
        int given = (int)Math.Min(info.argsz, (uint)sizeof(vfio_iommu_type1_info));
        List<AddressRange> ranges = [];
        errno = Container.Describe(ranges, out ulong pageSizes, out uint entriesLeft, ref why);
        if (errno.Failed)
            return errno;

        CapabilityChain chain = new(sizeof(vfio_iommu_type1_info));
        vfio_iommu_type1_info_cap_migration migration = new()
        {
            pgsize_bitmap = pageSizes & (~pageSizes + 1), max_dirty_bitmap_size = DirtyBitmap.MostBytes,
        };
        chain.Add((ushort)vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION, in migration);
        vfio_iommu_type1_info_dma_avail available = new() { avail = entriesLeft };
        chain.Add((ushort)vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, in available);
        chain.AddRanges(ranges);

        info.flags = vfio_iommu_info_flags.VFIO_IOMMU_INFO_PGSIZES | vfio_iommu_info_flags.VFIO_IOMMU_INFO_CAPS;
        info.iova_pgsizes = pageSizes;
        if (info.argsz < chain.End)
        {
            info.argsz = (uint)chain.End;
        }
        else
        {
            errno = call.Write(Unsafe.SizeOf<vfio_iommu_type1_info>(), chain.Bytes, ref why);
            if (errno.Failed)
                return errno;
            info.cap_offset = (uint)sizeof(vfio_iommu_type1_info);
        }

        return call.Give(in info, given, ref why);
    }
}
