using System.Numerics;

namespace Ioasis.Devices.Pci.Capabilities;

/// <summary>
/// MSI with 64-bit addresses and no mask bits (PCI 3.0, 6.8.1). As VFIO virtualises it: address and data hold what the client
/// writes and mean nothing; the enable bit can be set only while SET_IRQS has enabled MSI.
/// </summary>
/// <param name="vectors">A power of two up to 32.</param>
public sealed class MsiCapability(int vectors) : PciCapability(0x05, 14)
{
    private const ushort Enable = 1;
    private const ushort Is64Bit = 1 << 7;

    /// <summary>Log2 of the vectors.</summary>
    private readonly int _order = BitOperations.IsPow2(vectors) && vectors <= 32
        ? BitOperations.Log2((uint)vectors)
        : throw new ArgumentOutOfRangeException(nameof(vectors), vectors, "no number of MSI vectors");

    public int Vectors => 1 << _order;

    internal int Control => Offset + 2;

    internal override void Describe(ConfigSpace config)
    {
        config.Set16(Control, (ushort)(Is64Bit | _order << 1));
        config.Allow16(Control, Enable | 7 << 4);
        config.Allow32(Offset + 4, ~3u);
        config.Allow32(Offset + 8, ~0u);
        config.Allow16(Offset + 12, 0xffff);
    }

    /// <summary>Corrects what was written to the control register.</summary>
    internal void Settle(ConfigSpace config, bool mayEnable)
    {
        ushort control = config.Get16(Control);
        if (!mayEnable)
            control &= unchecked((ushort)~Enable);
        if ((control >> 4 & 7) > _order)
            control = (ushort)((control & ~(7 << 4)) | _order << 4);
        config.Set16(Control, control);
    }
}
