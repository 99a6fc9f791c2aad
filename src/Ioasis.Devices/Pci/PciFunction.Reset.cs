using Ioasis.Devices.Registers;

namespace Ioasis.Devices.Pci;

/// <summary>
/// Opening, resetting and closing. Opening and closing give the function back as it was at power-on. A reset clears the device
/// behind the registers; configuration space is kept, and so are the client's interrupts: Linux saves and restores them around
/// it, for the FLR bit as for VFIO_DEVICE_RESET.
/// </summary>
public abstract partial class PciFunction
{
    /// <summary>A client takes the function: everything as at power-on, but with memory space on, as an enabled device has it.</summary>
    public void Open() => AfterDma(static function =>
    {
        function._isOpen = true;
        function.PowerOn();
        function._config.Put16(ConfigOffset.Command, ConfigOffset.CommandMemory, on: true);
        function.ApplyCommand();
    });

    /// <summary>The client leaves: DMA and interrupts end, everything as at power-on.</summary>
    public void Close()
    {
        _isOpen = false;
        Interrupts.Clear();
        RegisterEvents.Clear();
        AfterDma(static function => function.PowerOn());
    }

    /// <summary>Function-level reset (PCIe 6.0, 6.6.2); also what a reset of the bus is to it, around which Linux restores the same.</summary>
    public void Reset() => AfterDma(static function =>
    {
        if (function._hasVanished)
            return;
        function.ResetDevice();
        function.ClearMemories();
        function._power?.Wake(function._config);
        function.ApplyCommand();
    });

    /// <summary>
    /// Calls all DMA off and waits for what moves, so that a <see cref="Close"/> or <see cref="Reset"/> that follows has nothing to wait
    /// for. The registers are as they were.
    /// </summary>
    public void StopDma() => AfterDma(static _ => { });

    /// <summary>
    /// A reset, or power-on, under <see cref="Sync"/>: the model puts back what it has beside its registers, which hold their values of after a
    /// reset already. Nothing of its work goes on.
    /// </summary>
    protected virtual void OnReset()
    {
    }

    /// <summary>
    /// A transfer that does not end was left behind: whatever it may still write to or read from, such as a buffer of the model's, the
    /// model replaces. Called under <see cref="Sync"/>, before <see cref="OnReset"/>.
    /// </summary>
    protected virtual void OnDmaLeftBehind()
    {
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
        Physical.BusMaster = false;
        foreach (RegisterValues values in _values)
            values.Reset();
        Ask("when it was reset", static function => function.OnReset());
        Interrupts.SetPin(false);
    }
}
