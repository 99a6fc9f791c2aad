namespace Ioasis.Devices.Pci;

/// <summary>
/// Opening, resetting and closing. Opening and closing give the function back as it was at power-on. A reset clears the device
/// behind the registers; configuration space is kept, and so are the client's interrupts: Linux saves and restores them around
/// it, for the FLR bit as for VFIO_DEVICE_RESET.
/// </summary>
public abstract partial class PciFunction
{
    /// <summary>A client takes the function: everything as at power-on, but with memory space on, as an enabled device has it.</summary>
    public void Open()
    {
        lock (Sync)
        {
            PowerOn();
            _config.Put16(ConfigOffset.Command, ConfigOffset.CommandMemory, on: true);
            ApplyCommand();
        }
    }

    /// <summary>The client leaves: DMA and interrupts end, everything as at power-on.</summary>
    public void Close()
    {
        Interrupts.Clear();
        RegisterEvents.Clear();
        lock (Sync)
            PowerOn();
    }

    /// <summary>Function-level reset (PCIe 6.0, 6.6.2); also what a reset of the bus is to it, around which Linux restores the same.</summary>
    public void Reset()
    {
        lock (Sync)
            ResetLocked();
    }

    /// <summary>Puts the model's registers back to what they are at power-on, under <see cref="Sync"/>.</summary>
    protected abstract void ResetRegisters();

    private void ResetLocked()
    {
        ResetDevice();
        ClearMemories();
        _power?.Wake(_config);
        ApplyCommand();
    }

    private void PowerOn()
    {
        ResetDevice();
        DropMemories();
        _config.Load(_powerOn);
        ApplyCommand();
    }

    private void ResetDevice()
    {
        // First what was begun is called off, and the part in flight ends as it would have (a reset is no fault); then no DMA
        // is let through, then nothing uses the registers that are cleared.
        foreach (DmaChannel channel in _channels)
            channel.Cancel();
        Physical.BusMaster = false;
        ResetRegisters();
        Interrupts.SetPin(false);
    }
}
