namespace Ioasis.Bench.Intervals;

/// <summary>A value of the size and shape that the engine keeps per area.</summary>
internal readonly struct Area(object backing, ulong offset)
{
    public readonly object Backing = backing;
    public readonly ulong Offset = offset;
    public readonly uint Flags = 3;
    public readonly uint Pins = 0;
}
