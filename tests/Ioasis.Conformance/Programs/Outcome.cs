using System.Globalization;

namespace Ioasis.Conformance.Programs;

/// <summary>A word that a call changed.</summary>
/// <param name="Offset">Bytes from the start of the window, a multiple of 8.</param>
/// <param name="Old">Before.</param>
/// <param name="New">After.</param>
public readonly record struct Change(int Offset, ulong Old, ulong New);

/// <summary>What a player saw of one instruction: a line of its output.</summary>
/// <param name="Index">The instruction's place in its case.</param>
/// <param name="Result">What the call returned, or minus the errno.</param>
/// <param name="Changes">Which words changed.</param>
/// <param name="Bytes">What <see cref="Opcode.Show"/> showed.</param>
public sealed record Outcome(int Index, long Result, IReadOnlyList<Change> Changes, byte[]? Bytes)
{
    /// <summary>Reads a line; null when it is none ("skip …", "crash …").</summary>
    public static Outcome? Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !int.TryParse(words[0], CultureInfo.InvariantCulture, out int index))
            return null;
        if (words[1].StartsWith('='))
            return new Outcome(index, 0, [], Convert.FromHexString(words[1].AsSpan(1)));
        List<Change> changes = [];
        foreach (string word in words[2..])
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal), arrow = word.IndexOf('>', StringComparison.Ordinal);
            changes.Add(new Change(int.Parse(word.AsSpan(0, colon), CultureInfo.InvariantCulture), Hex(word.AsSpan(colon + 1, arrow - colon - 1)), Hex(word.AsSpan(arrow + 1))));
        }

        return new Outcome(index, long.Parse(words[1], CultureInfo.InvariantCulture), changes, null);
    }

    private static ulong Hex(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
