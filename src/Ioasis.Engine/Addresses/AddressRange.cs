namespace Ioasis.Engine.Addresses;

/// <summary>A range of addresses with both ends inclusive, so that one may end at 2^64-1.</summary>
public readonly record struct AddressRange(ulong First, ulong Last)
{
    public bool Contains(ulong address) => address >= First && address <= Last;

    public bool Meets(AddressRange other) => First <= other.Last && other.First <= Last;

    public override string ToString() => $"0x{First:x}-0x{Last:x}";
}
