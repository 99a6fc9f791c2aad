namespace Ioasis.Engine.Intervals;

/// <summary>
/// A sequence lock's number, one word: even when what it guards is at rest, odd while the one writer changes it. A reader remembers the
/// number, reads, and believes what it has read only if the number is still the same. It never goes back.
/// </summary>
internal struct Sequence
{
    private long _number;

    /// <summary>
    /// Reader: the number to remember before reading. During a change it is one that has passed, so that what is read now will not be
    /// believed.
    /// </summary>
    public long Read() => Volatile.Read(ref _number) & ~1L;

    /// <summary>Reader: whether all that was read since <see cref="Read"/> returned <paramref name="number"/> belongs together.</summary>
    public bool IsStill(long number)
    {
        Volatile.ReadBarrier();
        return _number == number;
    }

    /// <summary>Writer: what readers see from here on is not to be believed. Nothing that can fail may follow before <see cref="End"/>.</summary>
    public void Begin()
    {
        _number++;
        Volatile.WriteBarrier();
    }

    /// <summary>Writer: all is consistent again.</summary>
    public void End() => Volatile.Write(ref _number, _number + 1);

    /// <summary>How many changes there have been. For tests, which count them.</summary>
    public readonly long Changes => _number >> 1;

    /// <summary>No change is under way.</summary>
    public readonly bool IsAtRest => (_number & 1) == 0;
}
