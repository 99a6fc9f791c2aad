namespace Ioasis.Engine.Intervals;

/// <summary>
/// A leaf's number of ranges and its version, in one word, so that a reader learns both by one load. The version is that of a sequence
/// lock, as in <see cref="Sequence"/>: it changes with each change of the leaf, is odd during one, and never goes back, also when the leaf
/// comes to another place or another map.
/// </summary>
internal struct LeafHeader
{
    private const int CountBits = 8;
    private const long CountMask = (1 << CountBits) - 1;
    private const long Version = 1 << CountBits; // one step; the lowest bit of the version is the change under way

    private long _word;

    /// <summary>Ranges of the leaf. The writer sets it within a change.</summary>
    public int Count
    {
        readonly get => CountOf(_word);
        set => _word = (_word & ~CountMask) | (uint)value;
    }

    /// <summary>No change is under way.</summary>
    public readonly bool IsAtRest => (_word & Version) == 0;

    /// <summary>Ranges of the leaf as of a word that was read.</summary>
    public static int CountOf(long word) => (int)(word & CountMask);

    /// <summary>Reader: the word to remember before reading; during a change one that has passed, so that what is read will not be believed.</summary>
    public long Read() => Volatile.Read(ref _word) & ~Version;

    /// <summary>Reader: whether all that was read since <see cref="Read"/> returned <paramref name="word"/> belongs together.</summary>
    public bool IsStill(long word)
    {
        Volatile.ReadBarrier();
        return _word == word;
    }

    /// <summary>Writer: what readers see from here on is not to be believed. Nothing that can fail may follow before <see cref="End"/>.</summary>
    public void Begin()
    {
        _word += Version;
        Volatile.WriteBarrier();
    }

    /// <summary>Writer: all is consistent again.</summary>
    public void End() => Volatile.Write(ref _word, _word + Version);
}
