namespace Ioasis.Engine.Addresses;

/// <summary>
/// An I/O virtual address: what a device puts on the bus, in bytes. It means something only together with an address
/// space (the IOAS or HWPT that the requester is attached to).
/// </summary>
public readonly record struct Iova(ulong Value) : IComparable<Iova>
{
    public int CompareTo(Iova other) => Value.CompareTo(other.Value);

    public override string ToString() => $"0x{Value:x}";

    public static bool operator <(Iova left, Iova right) => left.Value < right.Value;
    public static bool operator >(Iova left, Iova right) => left.Value > right.Value;
    public static bool operator <=(Iova left, Iova right) => left.Value <= right.Value;
    public static bool operator >=(Iova left, Iova right) => left.Value >= right.Value;
}
