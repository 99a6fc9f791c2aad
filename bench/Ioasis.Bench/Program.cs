using System.CommandLine;
using Ioasis.Bench;
using Ioasis.Bench.Charts;
using Ioasis.Bench.Results;
using Ioasis.Bench.Rows;
using Ioasis.Bench.Suites;
using Spectre.Console;

Option<bool> quick = new("--quick") { Description = "Under a minute: fewer rounds, and without the rows that take long." };
Option<string?> only = new("--only") { Description = "Only rows whose name contains this, such as map/10000 or runner.", HelpName = "PART" };
Option<string?> output = new("--out") { Description = "Where the result goes (JSON); artifacts/bench/TIME.json otherwise.", HelpName = "FILE" };
Option<string?> chart = new("--chart") { Description = "Draws the ratios to the goals (SVG), by gnuplot.", HelpName = "FILE" };
Option<string[]> compare = new("--compare") { Description = "Compares two results instead.", HelpName = "BEFORE AFTER", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
RootCommand root = new("Measures everything that there is a goal for, each beside its yardstick, in one run.") { quick, only, output, chart, compare };
root.SetAction(parsed =>
{
    IAnsiConsole console = AnsiConsole.Console;
    if (Console.IsOutputRedirected)
        console.Profile.Width = 180; // a file has no edge
    if (parsed.GetValue(compare) is { Length: 2 } files)
    {
        Comparison.Show(console, ResultFile.Read(files[0]), ResultFile.Read(files[1]));
        return 0;
    }

    Trial[] trials = [.. AllTrials.Of(parsed.GetValue(quick)).Where(trial => parsed.GetValue(only) is not { } part || trial.Name.Contains(part, StringComparison.Ordinal))];
    if (trials.Length == 0)
    {
        console.MarkupLineInterpolated($"[red]no row has \"{parsed.GetValue(only)}\" in its name[/]");
        return 2;
    }

    Processors.Pin();
    Session session = new(parsed.GetValue(quick));
    ProgressLine.Show(console, trials, session);
    ResultFile result = new(DateTimeOffset.UtcNow, SourceState.Here(), MachineFacts.Here(), new RunSettings(session.Quick, parsed.GetValue(only)), session.Rows);
    ResultTable.Show(console, result);
    string path = parsed.GetValue(output) ?? Checkout.Artifacts("bench", $"{result.When:yyyyMMdd-HHmmss}.json");
    result.Write(path);
    console.MarkupLineInterpolated($"{path}");
    if (parsed.GetValue(chart) is { } picture)
        console.MarkupLineInterpolated($"{GoalChart.Draw(result, picture)}");
    return 0;
});
return root.Parse(args).Invoke();
