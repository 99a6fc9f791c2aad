using Ioasis.Abi;

namespace Ioasis.Devices.Interrupts;

/// <summary>
/// All interrupts of one PCI function: who is told when it raises INTx or sends an MSI or MSI-X message, and what a client may
/// set up (VFIO_DEVICE_SET_IRQS, in the other file of this class). Behaves as Linux's vfio-pci with a device whose INTx can be
/// disabled (PCI 2.3) and, for MSI-X, vectors that can be added one by one.
/// </summary>
/// <remarks>
/// <see cref="_setup"/> serialises what clients set up and guards <see cref="Mode"/>'s changes. Devices raise interrupts
/// without it: the lines have short locks of their own, taken after <see cref="_setup"/>.
/// </remarks>
public sealed partial class FunctionInterrupts
{
    private readonly Lock _setup = new();
    private readonly bool _hasPin;
    private readonly IntxLine _intx = new();
    private readonly MessageVectors _msi;
    private readonly MessageVectors _msix;
    private readonly NotificationLine _error = new();
    private readonly NotificationLine _request = new();
    private volatile InterruptMode _mode = InterruptMode.None;

    /// <param name="hasPin">Whether the function has an INTx pin.</param>
    /// <param name="msiVectors">MSI vectors: 0, or a power of two up to 32.</param>
    /// <param name="msixVectors">MSI-X vectors: 0 to 2,048.</param>
    public FunctionInterrupts(bool hasPin, int msiVectors, int msixVectors)
    {
        _hasPin = hasPin;
        _msi = new MessageVectors(msiVectors, canGrow: false);
        _msix = new MessageVectors(msixVectors, canGrow: true);
    }

    /// <summary>What a client has enabled now. Any thread.</summary>
    public InterruptMode Mode => _mode;

    /// <summary>Whether the device asserts INTx now, enabled or not. Any thread.</summary>
    public bool PinIsAsserted => _intx.IsAsserted;

    /// <summary>How many interrupts an index has; 0 for one that the function lacks, or that does not exist.</summary>
    public uint Count(vfio_pci_irq_index index) => index switch
    {
        vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX => _hasPin ? 1u : 0u,
        vfio_pci_irq_index.VFIO_PCI_MSI_IRQ_INDEX => (uint)_msi.Count,
        vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX => (uint)_msix.Count,
        vfio_pci_irq_index.VFIO_PCI_ERR_IRQ_INDEX or vfio_pci_irq_index.VFIO_PCI_REQ_IRQ_INDEX => 1,
        _ => 0,
    };

    /// <summary>The device's side: raises or lowers the INTx level. Any thread; never blocks on a client.</summary>
    public void SetPin(bool asserted) => _intx.SetAsserted(asserted);

    /// <summary>
    /// The device's side: sends a message by whichever of MSI and MSI-X is enabled; lost when neither is, or the vector is not
    /// set. Any thread; never blocks on a client.
    /// </summary>
    public void SendMessage(uint vector)
    {
        if (_mode == InterruptMode.Msix)
            _msix.Signal(vector);
        else if (_mode == InterruptMode.Msi)
            _msi.Signal(vector);
    }

    /// <summary>The interrupt disable bit of the command register.</summary>
    public void SetPinDisabled(bool disabled) => _intx.SetDisabled(disabled);

    /// <summary>The system's side: asks the client for the device, by REQ. Any thread.</summary>
    /// <returns>False when the client has not set REQ up.</returns>
    public bool RequestDevice()
    {
        lock (_setup)
            return _request.Signal();
    }

    /// <summary>Drops everything that a client has set up, as when it closes the device.</summary>
    public void Clear()
    {
        lock (_setup)
        {
            DisableMode();
            _error.Clear();
            _request.Clear();
        }
    }

    private void DisableMode()
    {
        // The mode first, so that a device that raises meanwhile finds nothing rather than half of it.
        InterruptMode old = _mode;
        _mode = InterruptMode.None;
        if (old == InterruptMode.Intx)
            _intx.Disable();
        else if (old == InterruptMode.Msi)
            _msi.Disable();
        else if (old == InterruptMode.Msix)
            _msix.Disable();
    }
}
