namespace Ioasis.Client.Devices;

/// <summary>The kinds of interrupts of a PCI device. The values are VFIO's indexes.</summary>
public enum InterruptKind
{
    /// <summary>The INTx line: level-triggered, and masked by each interrupt until it is unmasked.</summary>
    Intx = 0,

    /// <summary>MSI vectors.</summary>
    Msi = 1,

    /// <summary>MSI-X vectors.</summary>
    Msix = 2,
}
