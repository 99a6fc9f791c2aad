using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_extension;

namespace Ioasis.Dispatch.Legacy;

/// <summary>
/// The container ioctls of legacy VFIO on <c>/dev/iommu</c> itself: they act on the compatibility IOAS, which IOMMU_VFIO_IOAS
/// chooses, or a group makes when it is put here (Linux 7.3, drivers/iommu/iommufd/vfio_compat.c).
/// </summary>
internal static class CompatCalls
{
    public static Errno Ioctl(IommuContext context, ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        VfioCall call = new(caller, argument);
        switch (command)
        {
            case VFIO_GET_API_VERSION:
                result = VFIO_API_VERSION;
                return Errno.Success;
            case VFIO_CHECK_EXTENSION:
                return CheckExtension(context, argument, out result, ref why);
            case VFIO_SET_IOMMU:
                return argument is (ulong)VFIO_TYPE1_IOMMU or (ulong)VFIO_TYPE1v2_IOMMU
                    ? context.SetLegacyType(exact: argument == (ulong)VFIO_TYPE1v2_IOMMU, ref why)
                    : why.Because(ReasonCode.IommuTypeUnusable, argument);
            case VFIO_IOMMU_GET_INFO:
                return GetInfo(context, in call, ref why);
            case VFIO_IOMMU_MAP_DMA:
                Errno errno = context.CheckMemory(caller.Memory.Owner.Engine, ref why);
                if (errno.Succeeded)
                    errno = Map(context, in call, ref why);
                context.SettleMemory();
                return errno;
            case VFIO_IOMMU_UNMAP_DMA:
                errno = Unmap(context, in call, ref why);
                context.SettleMemory();
                return errno;
            default:
                return why.Because(ReasonCode.UnknownIoctl, command, name: IommufdFile.DevicePath);
        }
    }

    /// <summary>Devices without an IOMMU are known of, as by Linux with CONFIG_VFIO_NOIOMMU, though no machine here has any.</summary>
    private static Errno CheckExtension(IommuContext context, ulong extension, out long result, ref Reason why)
    {
        result = extension is (ulong)VFIO_TYPE1_IOMMU or (ulong)VFIO_TYPE1v2_IOMMU or (ulong)VFIO_UNMAP_ALL or (ulong)VFIO_NOIOMMU_IOMMU ? 1 : 0;
        if (extension != (ulong)VFIO_DMA_CC_IOMMU)
            return Errno.Success;
        Errno errno = context.GetLegacyCoherency(out bool coherent, ref why);
        result = coherent ? 1 : 0;
        return errno;
    }

    private static Errno Map(IommuContext context, in VfioCall call, ref Reason why)
    {
        const vfio_dma_map_flags Known = vfio_dma_map_flags.VFIO_DMA_MAP_FLAG_READ | vfio_dma_map_flags.VFIO_DMA_MAP_FLAG_WRITE;
        const string name = nameof(vfio_iommu_type1_dma_map);
        Errno errno = call.Take(vfio_iommu_type1_dma_map.MinimumSize, name, out vfio_iommu_type1_dma_map map, ref why);
        if (errno.Failed)
            return errno;
        if ((map.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)map.flags, (ulong)Known, name: name);
        return context.MapLegacy(
            call.Caller.Memory, new HostAddress(map.vaddr), map.size, new Iova(map.iova), LegacyAccess.Of(map.flags),
            call.Caller.Has(Capability.IpcLock), ref why);
    }

    /// <summary>The caller is told how much was unmapped, even when that failed half way.</summary>
    private static Errno Unmap(IommuContext context, in VfioCall call, ref Reason why)
    {
        const vfio_dma_unmap_flags Known = vfio_dma_unmap_flags.VFIO_DMA_UNMAP_FLAG_ALL;
        const string name = nameof(vfio_iommu_type1_dma_unmap);
        Errno errno = call.Take(vfio_iommu_type1_dma_unmap.MinimumSize, name, out vfio_iommu_type1_dma_unmap unmap, ref why);
        if (errno.Failed)
            return errno;
        if ((unmap.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)unmap.flags, (ulong)Known, name: name);
        bool all = (unmap.flags & Known) != 0;
        if (all && (unmap.iova | unmap.size) != 0)
        {
            errno = context.GetLegacySpace(out _, ref why);
            return errno.Failed ? errno : why.Because(ReasonCode.UnmapAllWithRange, unmap.iova, unmap.size);
        }

        errno = context.UnmapLegacy(new Iova(unmap.iova), all ? null : unmap.size, out bool answers, out ulong unmapped, ref why);
        if (!answers)
            return errno;
        unmap.size = unmapped;
        Reason writing = default;
        Errno given = call.Give(in unmap, vfio_iommu_type1_dma_unmap.MinimumSize, ref writing);
        if (given.Succeeded)
            return errno;
        why = writing;
        return given;
    }

    /// <summary>Gives as many capabilities as there is room for; argsz says what all of them need.</summary>
    private static unsafe Errno GetInfo(IommuContext context, in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_iommu_type1_info.MinimumSize, nameof(vfio_iommu_type1_info), out vfio_iommu_type1_info info, ref why);
        if (errno.Failed)
            return errno;
        int given = (int)Math.Min(info.argsz, (uint)sizeof(vfio_iommu_type1_info));
        List<AddressRange> ranges = [];
        errno = context.DescribeLegacySpace(ranges, out ulong pageSizes, ref why);
        if (errno.Failed)
            return errno;

        CapabilityChain chain = new(sizeof(vfio_iommu_type1_info));
        vfio_iommu_type1_info_dma_avail available = new() { avail = uint.MaxValue };
        chain.Add((ushort)vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, in available);
        chain.AddRanges(ranges);
        errno = GiveCapabilities(in call, chain, info.argsz, ref why);
        if (errno.Failed)
            return errno;

        info.flags = vfio_iommu_info_flags.VFIO_IOMMU_INFO_PGSIZES | vfio_iommu_info_flags.VFIO_IOMMU_INFO_CAPS;
        info.iova_pgsizes = pageSizes;
        info.cap_offset = info.argsz >= chain.End ? (uint)sizeof(vfio_iommu_type1_info) : 0;
        info.argsz = (uint)chain.End;
        return call.Give(in info, given, ref why);
    }

    /// <summary>What fits, as Linux fills it in: of the ranges as many as there is room for, and their header only with all of them.</summary>
    private static unsafe Errno GiveCapabilities(in VfioCall call, CapabilityChain chain, uint argsz, ref Reason why)
    {
        int first = sizeof(vfio_iommu_type1_info), second = chain.Starts.Last();
        if (argsz < first + sizeof(vfio_iommu_type1_info_dma_avail))
            return Errno.Success;
        vfio_iommu_type1_info_dma_avail available = MemoryMarshal.Read<vfio_iommu_type1_info_dma_avail>(chain.Bytes);
        if (argsz < second)
            available.header.next = 0;
        Errno errno = call.Write(first, MemoryMarshal.AsBytes(new ReadOnlySpan<vfio_iommu_type1_info_dma_avail>(in available)), ref why);
        if (errno.Failed)
            return errno;
        if (argsz >= chain.End)
            return call.Write(second, chain.Bytes[(second - first)..], ref why);

        int ranges = second + vfio_iommu_type1_info_cap_iova_range.offsetof_iova_ranges;
        if (argsz <= ranges)
            return errno;
        int whole = (int)(argsz - ranges) / sizeof(vfio_iova_range) * sizeof(vfio_iova_range);
        return call.Write(ranges, chain.Bytes.Slice(ranges - first, whole), ref why);
    }
}
