namespace Ioasis.Abi;

/// <summary>What can be done with a region. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_region_info_flags : uint
{
    /// <summary>It can be read.</summary>
    VFIO_REGION_INFO_FLAG_READ = 1 << 0,

    /// <summary>It can be written.</summary>
    VFIO_REGION_INFO_FLAG_WRITE = 1 << 1,

    /// <summary>It can be mapped.</summary>
    VFIO_REGION_INFO_FLAG_MMAP = 1 << 2,

    /// <summary>The answer has capabilities.</summary>
    VFIO_REGION_INFO_FLAG_CAPS = 1 << 3,
}

/// <summary>
/// Capabilities of a region. As wide as <see cref="vfio_info_cap_header.id"/>. The header has these as plain macros; the enum's name is
/// ours.
/// </summary>
public enum vfio_region_info_cap : ushort
{
    /// <summary><see cref="vfio_region_info_cap_sparse_mmap"/>.</summary>
    VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1,

    /// <summary><see cref="vfio_region_info_cap_type"/>.</summary>
    VFIO_REGION_INFO_CAP_TYPE = 2,

    /// <summary>A header alone: the pages of the MSI-X table may be mapped as well.</summary>
    VFIO_REGION_INFO_CAP_MSIX_MAPPABLE = 3,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_GET_REGION_INFO"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_region_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="offset"/>.</summary>
    public const int MinimumSize = 32;

    /// <summary>In: bytes that the caller provides. Out: bytes that the whole answer needs.</summary>
    public uint argsz;

    /// <summary>Out: what can be done with the region.</summary>
    public vfio_region_info_flags flags;

    /// <summary>In: which region; for PCI a <see cref="vfio_pci_region_index"/>.</summary>
    public uint index;

    /// <summary>Out: where the first capability begins, in bytes; zero without one.</summary>
    public uint cap_offset;

    /// <summary>Out: bytes of the region, zero for one that the device does not have.</summary>
    public ulong size;

    /// <summary>Out: where the region begins in the device's descriptor, in bytes, for pread, pwrite and mmap.</summary>
    public ulong offset;
}
