namespace Ioasis.Bench.Suites;

/// <summary>
/// Ranges of 1 byte to 1 TiB, each power of two as likely as the next, at odd addresses with gaps of the same kind between them. Every
/// second one is kept; the others come and go in random order.
/// </summary>
internal sealed class Patchwork
{
    private readonly Patch[] _kept, _others;
    private int _next;

    /// <param name="ranges">How many are kept.</param>
    public Patchwork(int ranges)
    {
        Random random = new(8);
        _kept = new Patch[ranges];
        _others = new Patch[ranges];
        ulong iova = 0;
        for (int i = 0; i < 2 * ranges; i++)
        {
            iova += AnyLength(random);
            Patch patch = new(iova, AnyLength(random), (ulong)random.Next(1 << 12));
            (i % 2 == 0 ? _kept : _others)[i / 2] = patch;
            iova += patch.Length;
        }

        random.Shuffle(_others);
    }

    public ReadOnlySpan<Patch> Kept => _kept;

    /// <summary>The next ones to come; after the last the first come again.</summary>
    public ReadOnlySpan<Patch> Next(int count)
    {
        if (_next + count > _others.Length)
            _next = 0;
        ReadOnlySpan<Patch> patches = _others.AsSpan(_next, count);
        _next += count;
        return patches;
    }

    /// <summary>Those that <see cref="Next"/> gave last: they go.</summary>
    public ReadOnlySpan<Patch> Same(int count) => _others.AsSpan(_next - count, count);

    /// <summary>1 byte to 1 TiB.</summary>
    public static ulong AnyLength(Random random)
    {
        int bits = random.Next(41);
        return (1ul << bits) + (bits == 40 ? 0 : (ulong)random.NextInt64(1L << bits));
    }
}

/// <summary>A range, and where in the client's memory it leads.</summary>
internal readonly record struct Patch(ulong Iova, ulong Length, ulong Offset);
