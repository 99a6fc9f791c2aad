using System.Runtime;

namespace Ioasis.Bench.Rows;

/// <summary>One run of the bench: how thorough it is, and the rows so far. One thread.</summary>
internal sealed class Session(bool quick)
{
    /// <summary>Rounds to warm up: the runtime makes better code of what has been called thirty times.</summary>
    private const int WarmUp = 34;

    /// <summary>How often it is warmed up at most, while there is still code to be made.</summary>
    private const int WarmUps = 4;

    /// <summary>Rounds at least that count.</summary>
    private const int Rounds = 6;

    /// <summary>Nanoseconds that a round lasts at least, where it can be repeated: the clock takes some thirty by itself.</summary>
    private const double LongEnough = 50_000;

    private readonly List<Row> _rows = [];
    private string _trial = "";

    /// <summary>A minute for everything, rather than what it takes.</summary>
    public bool Quick => quick;

    /// <summary>How many nanoseconds the rounds that count take together, at least.</summary>
    public double Enough { get; } = quick ? 40e6 : 300e6;

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
    public double Best(int operations, Action work) => BestOfEach(operations, work)[0];

    /// <summary>
    /// The same for pieces of work that do not need each other. They take turns, so that what disturbs one disturbs the others.
    /// </summary>
    public double[] BestOfEach(int operations, params Action[] works)
    {
        Warm(works);
        return Measure(operations, works, Array.ConvertAll(works, RepeatsOf));
    }

    /// <summary>
    /// The same for pieces of work that must take turns, once each: add, then remove. <paramref name="operations"/> are so many that
    /// reading the clock does not count.
    /// </summary>
    public double[] BestOf(int operations, params Action[] works)
    {
        Warm(works);
        return Measure(operations, works, Array.ConvertAll(works, _ => 1));
    }

    /// <summary>Nanoseconds that one of <paramref name="operations"/> takes in the best of a few rounds of something long, prepared each time.</summary>
    public double BestOfLong<T>(int operations, Func<T> prepare, Action<T> work)
    {
        Least best = new();
        for (int round = 0; round < (quick ? 2 : 4); round++)
        {
            T prepared = prepare();
            GC.Collect();
            long before = Clock.Now;
            work(prepared);
            best.Take(Clock.Since(before) / operations);
        }

        return best.Value;
    }

    /// <summary>Until the runtime has made better code of what was called often: it does so beside us, on the same processor.</summary>
    public static void AwaitCompiler()
    {
        long compiled;
        do
        {
            compiled = JitInfo.GetCompiledMethodCount();
            Thread.Sleep(10);
        }
        while (JitInfo.GetCompiledMethodCount() != compiled);
    }

    private static void Warm(Action[] works)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            for (int round = 0; round < WarmUp; round++)
            {
                foreach (Action work in works)
                    work();
            }

            AwaitCompiler();
            if (JitInfo.GetCompiledMethodCount() == compiled)
                return;
        }
    }

    /// <summary>How often work is done in one round.</summary>
    private static int RepeatsOf(Action work)
    {
        Least once = new();
        for (int i = 0; i < 3; i++)
        {
            long before = Clock.Now;
            work();
            once.Take(Clock.Since(before));
        }

        return (int)Math.Ceiling(LongEnough / Math.Max(once.Value, 1));
    }

    private double[] Measure(int operations, Action[] works, int[] repeats)
    {
        Least[] best = Array.ConvertAll(works, _ => new Least());
        long begun = Clock.Now;
        for (int round = 0; round < Rounds || Clock.Since(begun) < Enough; round++)
        {
            for (int i = 0; i < works.Length; i++)
            {
                long before = Clock.Now;
                for (int repeat = 0; repeat < repeats[i]; repeat++)
                    works[i]();
                best[i].Take(Clock.Since(before) / repeats[i] / operations);
            }
        }

        return Array.ConvertAll(best, one => one.Value);
    }

    private string NameOf(string name) => name.Length == 0 ? _trial : $"{_trial}/{name}";
}
