namespace Ioasis.Engine.Intervals;

/// <summary>A range of addresses, both ends inclusive, and what it maps to.</summary>
public struct Interval<TValue>(ulong start, ulong last, in TValue value)
    where TValue : unmanaged
{
    public ulong Start = start;

    /// <summary>Inclusive.</summary>
    public ulong Last = last;

    public TValue Value = value;

    /// <summary>No range: what a search for many addresses returns where there is nothing. A real range does not end before it starts.</summary>
    public readonly bool IsNone => Last < Start;
}
