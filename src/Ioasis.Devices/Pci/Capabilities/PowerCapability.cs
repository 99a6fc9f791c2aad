namespace Ioasis.Devices.Pci.Capabilities;

/// <summary>
/// Power management (PCI PM 1.2, 3.2): D0 and D3hot, without a reset between them, and no power management events, which VFIO
/// hides as well.
/// </summary>
public sealed class PowerCapability() : PciCapability(0x01, 8)
{
    private const ushort Version3 = 3;
    private const ushort NoSoftReset = 1 << 3;
    private const ushort StateMask = 3;
    private const ushort D3Hot = 3;

    private int Control => Offset + 4;

    internal override void Describe(ConfigSpace config)
    {
        config.Set16(Offset + 2, Version3);
        config.Set16(Control, NoSoftReset);
        config.Allow16(Control, StateMask);
    }

    /// <summary>Whether the function sleeps: it answers to configuration accesses alone.</summary>
    internal bool IsAsleep(ConfigSpace config) => (config.Get16(Control) & StateMask) == D3Hot;

    /// <summary>Undoes a write that asks for a state that does not exist: the function stays in D0.</summary>
    internal void Settle(ConfigSpace config)
    {
        if (!IsAsleep(config))
            Wake(config);
    }

    /// <summary>Back to D0.</summary>
    internal void Wake(ConfigSpace config) => config.Put16(Control, StateMask, on: false);
}
