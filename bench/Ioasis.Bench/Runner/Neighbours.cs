using System.Globalization;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Runner;

/// <summary>
/// The slowest call of a client that behaves well beside one that does not (bench/runner/neighbour.c). Of several turns the one that was
/// disturbed least counts: what is asked is what the supervisor does, and other programs of the machine only make it longer. Beside it,
/// processes that use as many processors and make no call at all.
/// </summary>
internal static class Neighbours
{
    private const int Turns = 3;

    private static readonly (string Name, string Text)[] s_attacks =
    [
        ("none", "nobody"),
        ("close", "two that close descriptors with 400,000 maps"),
        ("unmap", "two that unmap 400,000 areas at once"),
        ("attach", "one that attaches a space of 100,000 areas and detaches it"),
        ("block", "one that pins a page nobody provides, and closes"),
        ("open", "two with 15,000 descriptors each"),
    ];

    public static void Measure(Session session)
    {
        double busy = Slowest(session, "busy");
        var yardstick = new Yardstick("two busy processes", busy);
        foreach ((string name, string text) in s_attacks)
        {
            double slowest = Slowest(session, name);
            string row = $"slowest call of a client beside {text}";
            if (double.IsNaN(slowest))
                session.Skip(name, row, "cannot be made here");
            else
                session.Add(name, row, "ms", slowest, Goal.AtMost(20), yardstick);
        }
    }

    private static double Slowest(Session session, string attack)
    {
        double best = double.NaN;
        for (int turn = 0; turn < (session.Quick ? 1 : Turns); turn++)
        {
            string[][] lines = Output.Of(
                [.. RunnerPrograms.Ioasis, "run", "--", RunnerPrograms.Neighbour, session.Quick ? "1" : "4", attack]);
            if (double.TryParse(lines[^1][0], CultureInfo.InvariantCulture, out double nanoseconds))
                best = double.IsNaN(best) ? nanoseconds / 1e6 : Math.Min(best, nanoseconds / 1e6);
        }

        return best;
    }
}
