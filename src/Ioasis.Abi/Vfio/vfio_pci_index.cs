namespace Ioasis.Abi;

/// <summary>The regions of a PCI device. The header leaves this enum without a name.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public enum vfio_pci_region_index : uint
{
    /// <summary>Base address register 0.</summary>
    VFIO_PCI_BAR0_REGION_INDEX = 0,

    /// <summary>Base address register 1.</summary>
    VFIO_PCI_BAR1_REGION_INDEX = 1,

    /// <summary>Base address register 2.</summary>
    VFIO_PCI_BAR2_REGION_INDEX = 2,

    /// <summary>Base address register 3.</summary>
    VFIO_PCI_BAR3_REGION_INDEX = 3,

    /// <summary>Base address register 4.</summary>
    VFIO_PCI_BAR4_REGION_INDEX = 4,

    /// <summary>Base address register 5.</summary>
    VFIO_PCI_BAR5_REGION_INDEX = 5,

    /// <summary>Expansion ROM.</summary>
    VFIO_PCI_ROM_REGION_INDEX = 6,

    /// <summary>Configuration space.</summary>
    VFIO_PCI_CONFIG_REGION_INDEX = 7,

    /// <summary>Legacy VGA: ports 3B0h to 3BBh and 3C0h to 3DFh, memory A0000h to BFFFFh, each at its own address.</summary>
    VFIO_PCI_VGA_REGION_INDEX = 8,

    /// <summary>How many are fixed; later ones say what they are by <see cref="vfio_region_info_cap_type"/>.</summary>
    VFIO_PCI_NUM_REGIONS = 9,
}

/// <summary>The interrupt indexes of a PCI device. The header leaves this enum without a name.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public enum vfio_pci_irq_index : uint
{
    /// <summary>The INTx line.</summary>
    VFIO_PCI_INTX_IRQ_INDEX = 0,

    /// <summary>MSI vectors.</summary>
    VFIO_PCI_MSI_IRQ_INDEX = 1,

    /// <summary>MSI-X vectors.</summary>
    VFIO_PCI_MSIX_IRQ_INDEX = 2,

    /// <summary>An error was reported for the device.</summary>
    VFIO_PCI_ERR_IRQ_INDEX = 3,

    /// <summary>The host asks for the device back.</summary>
    VFIO_PCI_REQ_IRQ_INDEX = 4,

    /// <summary>How many there are.</summary>
    VFIO_PCI_NUM_IRQS = 5,
}
