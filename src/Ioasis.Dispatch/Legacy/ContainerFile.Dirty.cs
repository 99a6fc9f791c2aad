using System.Numerics;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Legacy;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_iommu_dirty_pages_flags;

namespace Ioasis.Dispatch.Legacy;

/// <summary>VFIO_IOMMU_DIRTY_PAGES.</summary>
internal sealed partial class ContainerFile
{
    private Errno DirtyPages(in VfioCall call, ref Reason why)
    {
        const vfio_iommu_dirty_pages_flags Known =
            VFIO_IOMMU_DIRTY_PAGES_FLAG_START | VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP | VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP;
        const string name = nameof(vfio_iommu_type1_dirty_bitmap);
        if (!Container.IsExact)
            return why.Because(ReasonCode.DirtyTrackingNeedsVersion2);
        Errno errno = call.Take(vfio_iommu_type1_dirty_bitmap.MinimumSize, name, out vfio_iommu_type1_dirty_bitmap dirty, ref why);
        if (errno.Failed)
            return errno;
        if ((dirty.flags & ~Known) != 0 || BitOperations.PopCount((uint)dirty.flags) != 1)
            return why.Because(ReasonCode.DirtyFlagsInvalid, (ulong)dirty.flags);
        return dirty.flags == VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP
            ? GetDirtyPages(in call, dirty.argsz, ref why)
            : Container.SetTracking(dirty.flags == VFIO_IOMMU_DIRTY_PAGES_FLAG_START, ref why);
    }

    private unsafe Errno GetDirtyPages(in VfioCall call, uint argsz, ref Reason why)
    {
        const int At = vfio_iommu_type1_dirty_bitmap.offsetof_data;
        int needed = At + sizeof(vfio_iommu_type1_dirty_bitmap_get);
        if (argsz < needed)
            return why.Because(ReasonCode.ArgszTooShort, argsz, (ulong)needed, name: nameof(vfio_iommu_type1_dirty_bitmap));
        vfio_iommu_type1_dirty_bitmap_get get = default;
        Errno errno = call.Read(At, MemoryMarshal.AsBytes(new Span<vfio_iommu_type1_dirty_bitmap_get>(ref get)), ref why);
        if (errno.Failed)
            return errno;
        if (get.size == 0)
            return why.Because(ReasonCode.LengthZero);
        if (get.iova + (get.size - 1) < get.iova)
            return why.Because(ReasonCode.RangeWraps, get.iova, get.size);
        DirtyBitmap bitmap = new(get.bitmap.data, get.bitmap.size, get.bitmap.pgsize);
        errno = bitmap.Check(get.size, ref why);
        return errno.Failed ? errno : Container.GetDirtyPages(get.iova, get.size, in bitmap, call.Caller.Memory, ref why);
    }
}
