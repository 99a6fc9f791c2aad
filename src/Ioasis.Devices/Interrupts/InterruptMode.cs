using Ioasis.Abi;

namespace Ioasis.Devices.Interrupts;

/// <summary>Which of a function's interrupts a client has enabled: at most one kind at a time, as PCI has it.</summary>
/// <remarks>The values are VFIO's interrupt indexes.</remarks>
public enum InterruptMode : uint
{
    Intx = vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX,
    Msi = vfio_pci_irq_index.VFIO_PCI_MSI_IRQ_INDEX,
    Msix = vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX,
    None = uint.MaxValue,
}
