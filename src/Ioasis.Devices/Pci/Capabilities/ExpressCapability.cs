namespace Ioasis.Devices.Pci.Capabilities;

/// <summary>
/// PCI Express (PCIe 6.0, 7.5.3), version 2, of an endpoint that is integrated in the root complex, so without link registers,
/// and that can be reset by itself (FLR).
/// </summary>
public sealed class ExpressCapability() : PciCapability(0x10, 0x2c)
{
    private const ushort Version2 = 2;
    private const ushort RootComplexEndpoint = 9 << 4;
    private const uint RoleBasedErrors = 1 << 15;
    private const uint CanReset = 1 << 28;
    private const ushort DoReset = 1 << 15;
    private const ushort PhantomFunctions = 1 << 9;
    private const ushort RelaxedOrderingAndNoSnoop = 1 << 4 | 1 << 11;
    private const ushort ReadRequest512 = 2 << 12;

    internal int Control => Offset + 8;

    internal override void Describe(ConfigSpace config)
    {
        config.Set16(Offset + 2, Version2 | RootComplexEndpoint);
        config.Set32(Offset + 4, CanReset | RoleBasedErrors);
        config.Set16(Control, RelaxedOrderingAndNoSnoop | ReadRequest512);
        config.Allow16(Control, unchecked((ushort)~PhantomFunctions));
        config.Allow16(Offset + 0x28, 0x1f);
    }

    /// <summary>Whether a client asks for a function-level reset; the bit reads 0 always, so this clears it.</summary>
    internal bool TakesReset(ConfigSpace config)
    {
        if ((config.Get16(Control) & DoReset) == 0)
            return false;
        config.Put16(Control, DoReset, on: false);
        return true;
    }
}
