using Ioasis.Bench;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Intervals;

// One suite a word; without a word, all of them. Figures are nanoseconds, best of several rounds, on one pinned thread; judge by the
// ratios to the yardsticks of the same run, not by the figures.
(string Name, Action Run)[] suites =
[
    ("intervals", IntervalSuite.Run),
    ("spaces", SpaceSuite.Run),
    ("dirty", DirtySuite.Run),
    ("runner", Ioasis.Bench.Runner.RunnerSuite.Run),
];

if (args.FirstOrDefault(arg => !suites.Any(suite => suite.Name == arg)) is { } unknown)
{
    Console.Error.WriteLine($"no suite '{unknown}'; there are: {string.Join(' ', suites.Select(suite => suite.Name))}");
    return 2;
}
Stopwatches.Pin();
foreach ((string name, Action run) in suites)
{
    if (args.Length == 0 || args.Contains(name))
        run();
}
return 0;
