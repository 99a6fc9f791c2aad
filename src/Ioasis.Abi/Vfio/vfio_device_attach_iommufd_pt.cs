namespace Ioasis.Abi;

/// <summary>Flags of <see cref="vfio_device_attach_iommufd_pt"/>. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_device_attach_flags : uint
{
    /// <summary><see cref="vfio_device_attach_iommufd_pt.pasid"/> counts.</summary>
    VFIO_DEVICE_ATTACH_PASID = 1 << 0,
}

/// <summary>
/// Argument of <see cref="Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT"/>: has the DMA of a device, or of one PASID of it, go through an address
/// space.
/// </summary>
/// <remarks>
/// <para>Attaching again replaces what was there, without a gap.</para>
/// <para>Errors: ENOENT no such object; EBUSY a reset is under way; EOPNOTSUPP no PASIDs here; EADDRINUSE the device reserves what is
/// mapped or kept free; EFAULT, ENOMEM the memory mapped there cannot be pinned.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_attach_iommufd_pt
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="pt_id"/>.</summary>
    public const int MinimumSize = 12;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: whether a PASID is meant.</summary>
    public vfio_device_attach_flags flags;

    /// <summary>
    /// In: an address space or a page table. Out: the page table in use, which is made where the caller gave an address space.
    /// </summary>
    public uint pt_id;

    /// <summary>In, when its flag is set: the PASID.</summary>
    public uint pasid;
}
