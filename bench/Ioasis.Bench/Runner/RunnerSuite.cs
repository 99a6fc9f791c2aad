using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Runner;

/// <summary>
/// What the runner costs its clients, beside no supervisor and beside one in C (bench/runner/supervisor.c). The ways take turns, as
/// other programs disturb the machine; the bests of all turns are given, and their ratio. The C supervisor runs plain, which is what the
/// goals are about, and guarded: then it makes the system calls too by which the runner is sure of what it serves, and what it lacks
/// to the runner is the language and what lies behind the call.
/// </summary>
internal static class RunnerSuite
{
    private const int Turns = 5, Starts = 20;

    private static (string Name, string[] Command)[] Ways =>
    [
        ("bare", []),
        ("C", [RunnerPrograms.Supervisor]),
        ("C, guarded", [RunnerPrograms.Supervisor, "--guarded"]),
        ("ioasis", [.. RunnerPrograms.Ioasis, "run", "--"]),
    ];

    public static IEnumerable<Trial> Trials() =>
    [
        new("runner/calls", session => WithPrograms(session, Calls)),
        new("runner/start", session => WithPrograms(session, Programs)),
        new("runner/neighbour", session => WithPrograms(session, Neighbours.Measure)),
        new("runner/dma", session => WithPrograms(session, RemoteDma.Measure)),
    ];

    /// <summary>This thread is pinned, and what it starts would be too.</summary>
    private static void WithPrograms(Session session, Action<Session> measure)
    {
        RunnerPrograms.BuildOnce();
        string[] missing = [.. RunnerPrograms.Missing];
        if (missing.Length != 0)
        {
            session.Skip("", "the runner", $"{string.Join(", ", missing.Select(Path.GetFileName))} could not be built (gcc?)");
            return;
        }

        Processors.Unpin();
        try
        {
            measure(session);
        }
        finally
        {
            Processors.Pin();
        }
    }

    private static void Calls(Session session)
    {
        (string Name, string[] Command)[] ways = Ways;
        Dictionary<string, Figures[]> rows = [];
        for (int turn = 0; turn < (session.Quick ? 1 : Turns); turn++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                foreach (string[] line in Output.Of([.. ways[way].Command, RunnerPrograms.Client, "time", session.Quick ? "0.2" : "0.8"]))
                {
                    if (!rows.TryGetValue(line[0], out Figures[]? row))
                        rows.Add(line[0], row = [.. ways.Select(_ => new Figures())]);
                    row[way].Add(line[1], line[2]);
                }
            }
        }

        foreach ((string name, Figures[] figures) in rows)
        {
            double bare = figures[0].Best, supervisor = figures[1].Best, guarded = figures[2].Best, ours = figures[3].Best;
            if (double.IsNaN(ours))
                continue;
            if (name is "getppid" or "close")
                session.Add(name, $"system call that is not trapped: {name}, over bare", "ns", ours - bare, Goal.AtMost(100));
            else if (!double.IsNaN(supervisor))
            {
                session.Add(name, $"runner, {name}", "ns", ours, Goal.AtMostTimes(1.05), new Yardstick("C supervisor", supervisor));
                session.Add($"{name}/guarded", $"runner, {name}, beside the same system calls", "ns", ours, beside: new Yardstick("C, guarded", guarded));
            }
        }
    }

    private static void Programs(Session session)
    {
        string[][] commands =
        [
            ["/bin/true"],
            ["dotnet", RunnerPrograms.Empty],
            [.. RunnerPrograms.Ioasis, "run", "---", "/bin/true"],
            [.. RunnerPrograms.Ioasis, "run", "---", "/bin/sh", "-c", ": < /dev/iommu"],
            ["dotnet", RunnerPrograms.Managed, "run", "---", "/bin/true"],
        ];
        string[] words = [.. commands.SelectMany((command, i) => i == 0 ? command : ["--", .. command])];
        string[][] lines = Output.Of([RunnerPrograms.Start, $"{(session.Quick ? 5 : Starts)}", .. words]);
        double[] best = [.. lines.Select(line => { var one = new Figures(); one.Add(line[0], line[1]); return one.Best; })];
        session.Add("", "start of 'ioasis run -- true'", "µs", best[2], Goal.AtMostTimes(1.5), new Yardstick("empty .NET program", best[1]));
        session.Add("open", "start of 'ioasis run', the machine made: sh opens /dev/iommu", "µs", best[3], beside: new Yardstick("empty .NET program", best[1]));
        session.Add("managed", "start of 'ioasis run -- true', for dotnet", "µs", best[4], Goal.AtMostTimes(1.5), new Yardstick("empty .NET program", best[1]));
    }
}
