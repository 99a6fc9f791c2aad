namespace Ioasis.Bench.Suites;

/// <summary>
/// Many ranges of one size, four sizes apart, and the holes between them in random order: where maps go to, so that no two rounds find the
/// same place in the caches by favour.
/// </summary>
internal sealed class Spread
{
    private readonly ulong[] _holes;
    private int _next;

    /// <param name="ranges">How many there are.</param>
    /// <param name="size">Bytes of each, a power of two.</param>
    public Spread(int ranges, ulong size)
    {
        Ranges = ranges;
        Size = size;
        _holes = [.. Enumerable.Range(0, ranges).Select(i => PlaceOf(i) + 2 * size)];
        new Random(2).Shuffle(_holes);
    }

    public int Ranges { get; }

    public ulong Size { get; }

    /// <summary>Where range <paramref name="i"/> begins. Its hole begins one size above, and is three sizes long.</summary>
    public ulong PlaceOf(int i) => (ulong)i * 4 * Size;

    /// <summary>The next holes to fill; after the last the first come again.</summary>
    public ReadOnlySpan<ulong> NextHoles(int count)
    {
        if (_next + count > _holes.Length)
            _next = 0;
        ReadOnlySpan<ulong> holes = _holes.AsSpan(_next, count);
        _next += count;
        return holes;
    }

    /// <summary>The holes that <see cref="NextHoles"/> gave last.</summary>
    public ReadOnlySpan<ulong> SameHoles(int count) => _holes.AsSpan(_next - count, count);

    /// <summary>Addresses within ranges, at random.</summary>
    public ulong[] Addresses(int count)
    {
        Random random = new(4);
        ulong[] addresses = new ulong[count];
        foreach (ref ulong address in addresses.AsSpan())
            address = PlaceOf(random.Next(Ranges)) + (ulong)random.Next((int)Math.Min(Size, int.MaxValue)) / 8 * 8;
        return addresses;
    }
}
