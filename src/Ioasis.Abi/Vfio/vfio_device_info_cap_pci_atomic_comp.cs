namespace Ioasis.Abi;

/// <summary>Widths of atomic operation. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_pci_atomic_comp : uint
{
    /// <summary>32 bits.</summary>
    VFIO_PCI_ATOMIC_COMP32 = 1 << 0,

    /// <summary>64 bits.</summary>
    VFIO_PCI_ATOMIC_COMP64 = 1 << 1,

    /// <summary>128 bits.</summary>
    VFIO_PCI_ATOMIC_COMP128 = 1 << 2,
}

/// <summary>
/// The PCIe atomic operations that the root completes for this device
/// (<see cref="vfio_device_info_cap.VFIO_DEVICE_INFO_CAP_PCI_ATOMIC_COMP"/>).
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_info_cap_pci_atomic_comp
{
    /// <summary>Out: the capability's header, version 1.</summary>
    public vfio_info_cap_header header;

    /// <summary>Out: widths.</summary>
    public vfio_pci_atomic_comp flags;

    /// <summary>Out: zero.</summary>
    public uint reserved;
}
