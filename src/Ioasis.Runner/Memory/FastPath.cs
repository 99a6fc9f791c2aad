namespace Ioasis.Runner.Memory;

/// <summary>
/// Whether a memory may be reached by its process's number, which is fast, but reaches whatever that process runs at the moment.
/// It is closed before the process runs another program, and closing waits for the copies in flight.
/// </summary>
/// <remarks>The word: in the low 16 bits how often it is closed, above the number of copies in flight.</remarks>
internal struct FastPath
{
    private const int Copy = 1 << 16;
    private const int ClosedMask = Copy - 1;

    private int _word;

    /// <summary>Begins a copy. When it returns true, <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        if ((Interlocked.Add(ref _word, Copy) & ClosedMask) == 0)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Add(ref _word, -Copy);

    /// <summary>No copy begins from now on, until <see cref="Reopen"/> has been called as often.</summary>
    public void Close() => Interlocked.Increment(ref _word);

    public void Reopen() => Interlocked.Decrement(ref _word);

    public readonly bool IsOpen => (_word & ClosedMask) == 0;

    /// <summary>No copy is in flight. Lasts when it is closed.</summary>
    public readonly bool IsQuiet => _word >> 16 == 0;
}
