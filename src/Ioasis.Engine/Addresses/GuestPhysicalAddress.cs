namespace Ioasis.Engine.Addresses;

/// <summary>
/// A guest physical address, in bytes: the output of a stage-1 table and the input of a stage-2 table. On a nesting parent
/// it is also an <see cref="Iova"/> of that parent; the conversion is always written out.
/// </summary>
public readonly record struct GuestPhysicalAddress(ulong Value)
{
    /// <summary>The same number as an IOVA of the nesting parent.</summary>
    public Iova ToParentIova() => new(Value);

    public override string ToString() => $"0x{Value:x}";
}
