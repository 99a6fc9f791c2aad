namespace Ioasis.Abi;

/// <summary>Flags of <see cref="vfio_device_detach_iommufd_pt"/>. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_device_detach_flags : uint
{
    /// <summary><see cref="vfio_device_detach_iommufd_pt.pasid"/> counts.</summary>
    VFIO_DEVICE_DETACH_PASID = 1 << 0,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_DETACH_IOMMUFD_PT"/>: undoes an attach. All DMA is refused afterwards.</summary>
/// <remarks>
/// <para>Succeeds where nothing is attached. Errors: EOPNOTSUPP no PASIDs here.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_detach_iommufd_pt
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="flags"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: whether a PASID is meant.</summary>
    public vfio_device_detach_flags flags;

    /// <summary>In, when its flag is set: the PASID.</summary>
    public uint pasid;
}
