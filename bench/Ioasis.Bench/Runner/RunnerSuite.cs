using System.Runtime.InteropServices;

namespace Ioasis.Bench.Runner;

/// <summary>
/// What the runner costs its clients, beside no supervisor and beside one in C (bench/runner/supervisor.c). The ways take turns, as
/// other programs disturb the machine; best and median of all turns are given, and the ratio of the bests.
/// </summary>
internal static partial class RunnerSuite
{
    private const int Turns = 5, Starts = 20;
    private const string SecondsARow = "0.8";

    private static readonly (string Name, string[] Command)[] s_ways =
    [
        ("bare", []),
        ("C", [Checkout.Supervisor]),
        ("C guarded", [Checkout.Supervisor, "--guarded"]),
        ("ioasis", ["dotnet", Checkout.CommandLine, "run", "--"]),
    ];

    public static void Run()
    {
        string[] missing = [.. Checkout.Missing];
        if (missing.Length != 0)
        {
            Console.WriteLine($"runner: skipped, bench/runner/run.sh builds {string.Join(", ", missing.Select(Path.GetFileName))}");
            return;
        }

        // This thread is pinned, and what it starts would be too.
        ulong everywhere = ulong.MaxValue;
        _ = SchedSetAffinity(0, sizeof(ulong), ref everywhere);
        Calls();
        Programs();
        RemoteDma.Run();
    }

    private static void Calls()
    {
        Dictionary<string, Figures[]> rows = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            for (int way = 0; way < s_ways.Length; way++)
            {
                foreach (string[] line in Output.Of([.. s_ways[way].Command, Checkout.Client, "time", SecondsARow]))
                {
                    if (!rows.TryGetValue(line[0], out Figures[]? row))
                        rows.Add(line[0], row = [.. s_ways.Select(_ => new Figures())]);
                    row[way].Add(line[1], line[2]);
                }
            }
        }

        Console.WriteLine($"{"client's calls, ns best/median",-32}{string.Concat(s_ways.Select(way => $"{way.Name,16}"))}{"ioasis/C",10}{"-bare",8}");
        foreach ((string name, Figures[] ways) in rows)
        {
            Console.WriteLine(
                $"{name,-32}{string.Concat(ways.Select(Cell))}{ways[3].Best / ways[1].Best,10:f2}{ways[3].Best - ways[0].Best,8:f0}");
        }

        if (double.IsNaN(rows["option"][0].Best))
            Console.WriteLine("no bare figures for the ioctls: this kernel has no /dev/iommu");
    }

    private static void Programs()
    {
        string[][] commands =
        [
            ["/bin/true"],
            ["dotnet", Checkout.Empty],
            [Checkout.Supervisor, "/bin/true"],
            ["dotnet", Checkout.CommandLine, "run", "---", "/bin/true"],
            [Checkout.Script, "run", "---", "/bin/true"],
        ];
        string[] names = ["true", "an empty .NET program", "supervisor true", "dotnet ioasis.dll run -- true", "./ioasis run -- true"];
        string[] words = [.. commands.SelectMany((command, i) => i == 0 ? command : ["--", .. command])];
        string[][] lines = Output.Of([Checkout.Start, $"{Starts}", .. words]);
        Figures[] figures = [.. lines.Select(line => { var one = new Figures(); one.Add(line[0], line[1]); return one; })];
        Console.WriteLine($"{"start, µs best/median",-32}{"",16}{"/empty",10}{"processor",11}");
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine($"{names[i],-32}{Cell(figures[i])}{figures[i].Best / figures[1].Best,10:f2}{lines[i][2],11}");
    }

    private static string Cell(Figures figures) => $"{figures.Best,8:f0}{"/",1}{figures.Median,-7:f0}";

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SchedSetAffinity(int thread, nint size, ref ulong mask);
}
