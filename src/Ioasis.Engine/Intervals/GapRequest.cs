namespace Ioasis.Engine.Intervals;

/// <summary>What a free place must be like. All ends are inclusive, and nothing here overflows for any hole.</summary>
internal readonly struct GapRequest(ulong length, ulong alignment, ulong offset, ulong first, ulong last)
{
    /// <summary>Bytes needed.</summary>
    public readonly ulong Length = length;

    /// <summary>The lowest start allowed.</summary>
    public readonly ulong First = first;

    /// <summary>The highest last address allowed.</summary>
    public readonly ulong Last = last;

    /// <summary>A power of two.</summary>
    public readonly ulong Alignment = alignment;

    /// <summary>Bits that the start has set beside its alignment.</summary>
    public readonly ulong Offset = offset;

    private ulong Mask => Alignment - 1;

    /// <summary>Nothing can be found, whatever the map holds.</summary>
    public bool IsImpossible => Length == 0 || First > Last || Last - First < Length - 1;

    /// <summary>The lowest start in the hole [<paramref name="from"/>, <paramref name="to"/>] that is as asked.</summary>
    public bool Fits(ulong from, ulong to, out ulong start)
    {
        from = Math.Max(from, First);
        to = Math.Min(to, Last);
        start = ((from + Mask) & ~Mask) | Offset;
        // When from was close to 2^64, start has wrapped round and is below it.
        return start >= from && start <= to && to - start >= Length - 1;
    }
}

/// <summary>Counts nodes visited in a search, where somebody wants to know; <see cref="NoVisits"/> costs nothing.</summary>
internal interface IVisits
{
    void Visit();
}

internal struct NoVisits : IVisits
{
    public readonly void Visit()
    {
    }
}

internal struct CountedVisits : IVisits
{
    public int Count;

    public void Visit() => Count++;
}
