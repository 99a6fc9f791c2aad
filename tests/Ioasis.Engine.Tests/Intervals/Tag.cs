namespace Ioasis.Engine.Tests.Intervals;

/// <summary>A value of the size and shape that the engine keeps per area: an address, two words.</summary>
internal readonly record struct Tag(ulong Address, uint Low, uint High)
{
    /// <summary>A value from which the range can be told, so that a torn triple shows.</summary>
    public static Tag Of(ulong start, ulong last) => new(start ^ (last << 1), (uint)start, (uint)last);
}
