namespace Ioasis.Conformance.Language;

/// <summary>A line of a case.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Text">What it says, without comment.</param>
/// <param name="IsPrelude">It stands before the file's first case, and is played at the start of each.</param>
public sealed record Line(int Number, string Text, bool IsPrelude);

/// <summary>That our outcome of a line is another one than Linux's, and why.</summary>
/// <param name="Player">"embedded" or "runner"; null for both.</param>
/// <param name="Outcome">What ours is.</param>
/// <param name="Why">Why that is right.</param>
public sealed record Difference(string? Player, string Outcome, string Why);

/// <summary>A named sequence of calls.</summary>
/// <param name="File">The file's name without folder and ending: the topic.</param>
/// <param name="Name">What the case shows.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Differences">By the line's number in the file.</param>
/// <param name="Needs">A capability without which the runner's client cannot play it as Linux's root did; null for none.</param>
public sealed record Case(string File, string Name, IReadOnlyList<Line> Lines, IReadOnlyDictionary<int, IReadOnlyList<Difference>> Differences, string? Needs)
{
    /// <summary>What a player of ours should print for a line, where Linux prints <paramref name="linux"/>.</summary>
    public string Expected(int line, string player, string linux) =>
        Differences.GetValueOrDefault(line)?.FirstOrDefault(one => one.Player is null || one.Player == player)?.Outcome ?? linux;

    /// <summary>Whether this process, and so what it starts, has what the case needs.</summary>
    public bool IsPossible => Needs is null || (s_capabilities >> (int)Compiler.CapabilityOf(Needs) & 1) != 0;

    private static readonly ulong s_capabilities = ulong.Parse(
        System.IO.File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal)).AsSpan(7).Trim(),
        System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);

    public override string ToString() => $"{File}: {Name}";
}
