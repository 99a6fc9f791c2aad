namespace Ioasis.Engine.Addresses;

/// <summary>An Arm SMMU stream ID: which device a transaction comes from (SMMUv3 specification, 3.2).</summary>
public readonly record struct StreamId(uint Value)
{
    public override string ToString() => $"0x{Value:x}";
}
