namespace Ioasis.Devices.Pci.Capabilities;

/// <summary>
/// MSI-X (PCI 3.0, 6.8.2): vectors whose table and pending bits lie in a BAR. As VFIO has it, the system owns all three: the
/// client sets vectors by SET_IRQS, cannot write the control register, and of the table reads ones and writes nothing.
/// </summary>
/// <param name="vectors">1 to 2,048.</param>
/// <param name="bar">The BAR that holds table and pending bits.</param>
/// <param name="table">Where the table begins in it, in bytes; a multiple of 8.</param>
/// <param name="pending">Where the pending bits begin in it, in bytes; a multiple of 8.</param>
public sealed class MsixCapability(int vectors, int bar, uint table, uint pending) : PciCapability(0x11, 12)
{
    private const ushort Enable = 1 << 15;

    public int Vectors { get; } = vectors is >= 1 and <= 2048
        ? vectors
        : throw new ArgumentOutOfRangeException(nameof(vectors), vectors, "no number of MSI-X vectors");

    public int Bar { get; } = bar;

    /// <summary>First byte of the table in its BAR.</summary>
    public uint TableFirst { get; } = table;

    /// <summary>First byte after the table.</summary>
    public uint TableEnd => TableFirst + (uint)Vectors * 16;

    /// <summary>First byte of the pending bits in their BAR.</summary>
    public uint PendingFirst { get; } = pending;

    /// <summary>First byte after the pending bits.</summary>
    public uint PendingEnd => PendingFirst + (uint)(Vectors + 63) / 64 * 8;

    internal override void Describe(ConfigSpace config)
    {
        config.Set16(Offset + 2, (ushort)(Vectors - 1));
        config.Set32(Offset + 4, TableFirst | (uint)Bar);
        config.Set32(Offset + 8, PendingFirst | (uint)Bar);
    }

    /// <summary>Shows in the control register whether MSI-X is enabled.</summary>
    internal void Show(ConfigSpace config, bool enabled) => config.Put16(Offset + 2, Enable, enabled);
}
