namespace CopyFile;

// linux/iommufd.h: the first word of each structure is its size.

public struct iommu_ioas_alloc
{
    public uint size, flags, out_ioas_id;
}

public struct iommu_ioas_map
{
    public uint size, flags, ioas_id, reserved;
    public ulong user_va, length, iova;
}

// linux/vfio.h: the first word of each structure is the room that the caller has.

public struct vfio_device_bind_iommufd
{
    public uint argsz, flags;
    public int iommufd;
    public uint out_devid;
}

public struct vfio_device_attach_iommufd_pt
{
    public uint argsz, flags, pt_id;
}

public struct vfio_region_info
{
    public uint argsz, flags, index, cap_offset;
    public ulong size, offset;
}

/// <summary>With room for one eventfd: the header has an array without a length at the end.</summary>
public struct vfio_irq_set
{
    public uint argsz, flags, index, start, count;
    public int eventfd;
}

/// <summary>The request numbers: type ';', without a direction and a size.</summary>
internal static class Request
{
    public const uint IOMMU_IOAS_ALLOC = 0x3b81, IOMMU_IOAS_MAP = 0x3b85;
    public const uint VFIO_DEVICE_GET_REGION_INFO = 0x3b6c, VFIO_DEVICE_SET_IRQS = 0x3b6e;
    public const uint VFIO_DEVICE_BIND_IOMMUFD = 0x3b76, VFIO_DEVICE_ATTACH_IOMMUFD_PT = 0x3b77;
}
