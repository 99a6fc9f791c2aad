using System.Diagnostics;

namespace Ioasis.Bench.Rows;

/// <summary>One run of the bench: how thorough it is, and the rows so far. One thread.</summary>
internal sealed class Session(bool quick)
{
    /// <summary>Rounds to warm up: the runtime makes better code of what has been called some thirty times.</summary>
    private const int WarmUp = 34;

    /// <summary>Rounds at least that count.</summary>
    private const int Rounds = 6;

    /// <summary>How long the runtime waits, after the last new method was called, before it makes better code.</summary>
    private static readonly TimeSpan s_recompilation = TimeSpan.FromMilliseconds(120);

    private readonly List<Row> _rows = [];
    private string _trial = "";

    /// <summary>A minute for everything, rather than what it takes.</summary>
    public bool Quick => quick;

    /// <summary>How long the rounds that count take together, at least.</summary>
    public TimeSpan Enough { get; } = TimeSpan.FromMilliseconds(quick ? 40 : 300);

    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Measures one trial. What it cannot do is a row that says why.</summary>
    public void Run(Trial trial)
    {
        _trial = trial.Name;
        GC.Collect();
        try
        {
            trial.Measure(this);
        }
        catch (InvalidOperationException failed)
        {
            Skip("", trial.Name, $"failed: {failed.Message}"); // the others go on
        }
    }

    /// <summary>Adds a row whose name is the trial's and <paramref name="name"/>.</summary>
    public void Add(string name, string text, string unit, double value, Goal? goal = null, Yardstick? beside = null) =>
        _rows.Add(new Row(NameOf(name), text, unit, value) { Goal = goal, Beside = beside });

    /// <summary>Adds a row without a figure.</summary>
    public void Skip(string name, string text, string because) => _rows.Add(new Row(NameOf(name), text, "", null) { Skipped = because });

    /// <summary>Nanoseconds that one of <paramref name="operations"/> takes in the best round of <paramref name="work"/>.</summary>
    public double Best(int operations, Action work) => BestOf(operations, [work])[0];

    /// <summary>
    /// The same for pieces of work that take turns: because they must (add, then remove), or so that what disturbs one disturbs the others.
    /// </summary>
    public double[] BestOf(int operations, params Action[] works)
    {
        double[] best = new double[works.Length];
        Array.Fill(best, double.MaxValue);
        for (int round = 0; round < WarmUp; round++)
        {
            foreach (Action work in works)
                work();
            if (round == WarmUp - 2)
                Thread.Sleep(s_recompilation);
        }

        for (long begun = Stopwatch.GetTimestamp(), round = 0; round < Rounds || Stopwatch.GetElapsedTime(begun) < Enough; round++)
        {
            for (int i = 0; i < works.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                works[i]();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(before).TotalNanoseconds / operations);
            }
        }

        return best;
    }

    /// <summary>Nanoseconds that one of <paramref name="operations"/> takes in the best of a few rounds of something long, prepared each time.</summary>
    public double BestOfLong<T>(int operations, Func<T> prepare, Action<T> work)
    {
        double best = double.MaxValue;
        for (int round = 0; round < (quick ? 2 : 4); round++)
        {
            T prepared = prepare();
            GC.Collect();
            long before = Stopwatch.GetTimestamp();
            work(prepared);
            best = Math.Min(best, Stopwatch.GetElapsedTime(before).TotalNanoseconds / operations);
        }

        return best;
    }

    private string NameOf(string name) => name.Length == 0 ? _trial : $"{_trial}/{name}";
}
