namespace Ioasis.Bench.Intervals;

/// <summary>A value of the size and shape that the engine keeps per area.</summary>
internal readonly struct Area(ulong address)
{
    public readonly ulong Address = address;
    public readonly uint Backing = 5;
    public readonly uint Flags = 3;
}
