namespace Ioasis.Engine.Addresses;

/// <summary>
/// A process address space ID: 20 bits that a PCI device puts beside its requester ID (PCIe 6.20). Arm calls it SubstreamID.
/// </summary>
public readonly record struct Pasid(uint Value)
{
    /// <summary>The bits that a PASID may have: 20.</summary>
    public const int Bits = 20;

    /// <summary>Largest PASID, inclusive.</summary>
    public const uint Last = (1u << Bits) - 1;

    /// <summary>Requests without a PASID; as in Linux (IOMMU_NO_PASID) it is number 0, which no request can carry.</summary>
    public static Pasid None => default;

    /// <summary>It stands for requests that carry none.</summary>
    public bool IsNone => Value == 0;

    public bool IsValid => Value <= Last;

    public override string ToString() => $"{Value}";
}
