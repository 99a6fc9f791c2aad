namespace Ioasis.Runner;

/// <summary>How a program ended: an exit status, or the signal that killed it.</summary>
/// <param name="Status">Exit status (0 to 255), or the number of the signal.</param>
/// <param name="Signalled">True when <paramref name="Status"/> is a signal.</param>
public readonly record struct ProgramEnd(int Status, bool Signalled)
{
    /// <summary>The status of a program whose end nobody saw, because something else reaped it.</summary>
    public const int UnknownStatus = 255;

    /// <summary>As shells report it: the exit status, or 128 and the signal.</summary>
    public int ShellStatus => Signalled ? 128 + Status : Status;

    public override string ToString() => Signalled ? $"killed by signal {Status}" : $"exit status {Status}";
}
