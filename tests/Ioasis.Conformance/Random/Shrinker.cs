using Ioasis.Conformance.Language;

namespace Ioasis.Conformance.Random;

/// <summary>
/// Makes a case that two sides see differently as short as it can: takes lines out as long as they still differ. All attempts
/// of a round are played together, because starting one side may take seconds.
/// </summary>
public sealed class Shrinker(Oracle left, Oracle right)
{
    /// <summary>The shortest case that was found whose first difference is of the same kind.</summary>
    public Case Shrink(Case source, string kind)
    {
        Case best = source;
        for (int chunk = Math.Max(1, Removable(best) / 2); chunk >= 1;)
        {
            if (Round(best, chunk, kind) is { } shorter)
                best = shorter;
            else if (chunk == 1)
                break;
            else
                chunk /= 2;
            chunk = Math.Min(chunk, Math.Max(1, Removable(best)));
        }

        return best;
    }

    /// <summary>A case as text that can be pasted into a file of cases.</summary>
    public static string Text(Case source) => $"case {source.Name}\n{string.Join('\n', source.Lines.Select(line => line.Text))}\n";

    private static int Removable(Case source) => source.Lines.Count;

    private Case? Round(Case whole, int chunk, string kind)
    {
        List<Case> attempts = [];
        List<CompiledCase> compiled = [];
        // From the end: the last calls rarely matter.
        for (int at = Removable(whole) - chunk; at > -chunk; at -= chunk)
        {
            Case attempt = whole with { Lines = [.. whole.Lines.Take(Math.Max(at, 0)), .. whole.Lines.Skip(Math.Max(at, 0) + chunk + Math.Min(at, 0))] };
            try
            {
                compiled.Add(Compiler.Compile(attempt));
                attempts.Add(attempt);
            }
            catch (FormatException)
            {
                // A name that the rest uses was lost with the line: no attempt.
            }
        }

        IReadOnlyList<string> a = left.Play(compiled), b = right.Play(compiled);
        for (int n = 0; n < attempts.Count; n++)
        {
            if (Oracle.Kind(Oracle.Difference(compiled[n], a[n], b[n])) == kind)
                return attempts[n];
        }

        return null;
    }
}
