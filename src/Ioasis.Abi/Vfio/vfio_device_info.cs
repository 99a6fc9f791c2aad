namespace Ioasis.Abi;

/// <summary>What kind of device it is, and what it can do. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_device_flags : uint
{
    /// <summary>It can be reset.</summary>
    VFIO_DEVICE_FLAGS_RESET = 1 << 0,

    /// <summary>PCI device.</summary>
    VFIO_DEVICE_FLAGS_PCI = 1 << 1,

    /// <summary>Platform device.</summary>
    VFIO_DEVICE_FLAGS_PLATFORM = 1 << 2,

    /// <summary>Arm AMBA device.</summary>
    VFIO_DEVICE_FLAGS_AMBA = 1 << 3,

    /// <summary>s390 channel device.</summary>
    VFIO_DEVICE_FLAGS_CCW = 1 << 4,

    /// <summary>s390 adjunct processor.</summary>
    VFIO_DEVICE_FLAGS_AP = 1 << 5,

    /// <summary>Freescale management complex device.</summary>
    VFIO_DEVICE_FLAGS_FSL_MC = 1 << 6,

    /// <summary>The answer has capabilities.</summary>
    VFIO_DEVICE_FLAGS_CAPS = 1 << 7,

    /// <summary>AMD CDX device.</summary>
    VFIO_DEVICE_FLAGS_CDX = 1 << 8,
}

/// <summary>
/// Capabilities of a device. As wide as <see cref="vfio_info_cap_header.id"/>. The header has these as plain macros; the enum's name is
/// ours.
/// </summary>
public enum vfio_device_info_cap : ushort
{
    /// <summary>s390 PCI: the function. Layout in <c>linux/vfio_zdev.h</c>, as for the next three.</summary>
    VFIO_DEVICE_INFO_CAP_ZPCI_BASE = 1,

    /// <summary>s390 PCI: its group.</summary>
    VFIO_DEVICE_INFO_CAP_ZPCI_GROUP = 2,

    /// <summary>s390 PCI: its utility string.</summary>
    VFIO_DEVICE_INFO_CAP_ZPCI_UTIL = 3,

    /// <summary>s390 PCI: its path.</summary>
    VFIO_DEVICE_INFO_CAP_ZPCI_PFIP = 4,

    /// <summary><see cref="vfio_device_info_cap_pci_atomic_comp"/>.</summary>
    VFIO_DEVICE_INFO_CAP_PCI_ATOMIC_COMP = 5,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_GET_INFO"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="num_irqs"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes that the caller provides. Out: bytes that the whole answer needs.</summary>
    public uint argsz;

    /// <summary>Out: kind and abilities.</summary>
    public vfio_device_flags flags;

    /// <summary>Out: region indexes that there are.</summary>
    public uint num_regions;

    /// <summary>Out: interrupt indexes that there are.</summary>
    public uint num_irqs;

    /// <summary>Out, as far as the caller has room: where the first capability begins, in bytes; zero without one.</summary>
    public uint cap_offset;

    /// <summary>Out: zero.</summary>
    public uint pad;
}
