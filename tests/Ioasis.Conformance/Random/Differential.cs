using Ioasis.Conformance.Language;

namespace Ioasis.Conformance.Random;

/// <summary>Plays random cases on two sides, and tells of the first ones that they see differently.</summary>
public static class Differential
{
    /// <summary>Compares.</summary>
    /// <param name="left">One side.</param>
    /// <param name="right">The other.</param>
    /// <param name="generator">Where cases come from.</param>
    /// <param name="first">The first case's place.</param>
    /// <param name="cases">How many.</param>
    /// <param name="calls">Calls a case.</param>
    /// <param name="most">Differences to shrink before it gives up.</param>
    /// <returns>A shrunk case for each difference, with what differs; empty when all is well.</returns>
    public static IReadOnlyList<string> Compare(Oracle left, Oracle right, Generator generator, int first, int cases, int calls, int most = 3)
    {
        List<string> found = [];
        Case[] made = [.. Enumerable.Range(first, cases).Select(number => generator.Make(number, calls))];
        CompiledCase[] compiled = [.. made.Select(Compiler.Compile)];
        IReadOnlyList<string> a = left.Play(compiled), b = right.Play(compiled);
        HashSet<string> seen = [];
        for (int n = 0; n < cases && found.Count < most; n++)
        {
            // One difference often shows in many cases: the same call and the same outcomes count once.
            if (Oracle.Difference(compiled[n], a[n], b[n]) is not { } difference || !seen.Add(Oracle.Kind(difference)!))
                continue;
            Case shrunk = new Shrinker(left, right).Shrink(made[n], Oracle.Kind(difference)!);
            CompiledCase again = Compiler.Compile(shrunk);
            string? what = Oracle.Difference(again, left.Play([again])[0], right.Play([again])[0]);
            found.Add($"{Shrinker.Text(shrunk)}# {what}\n");
        }

        return found;
    }
}
