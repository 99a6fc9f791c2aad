namespace Ioasis.Devices.Pci.Capabilities;

/// <summary>An entry of a function's capability list (PCI 3.0, 6.7): its ID, its length, and what its registers hold at first.</summary>
public abstract class PciCapability(byte id, int size)
{
    /// <summary>Capability ID.</summary>
    public byte Id { get; } = id;

    /// <summary>Bytes, ID and next pointer included.</summary>
    public int Size { get; } = size;

    /// <summary>Where it was placed in configuration space.</summary>
    public int Offset { get; internal set; }

    /// <summary>Sets registers and their write masks, all but ID and next pointer.</summary>
    internal abstract void Describe(ConfigSpace config);
}
