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
    try
    {
        IAnsiConsole console = Screen();
        return parsed.GetValue(compare) is { Length: 2 } files
            ? Compare(console, files[0], files[1])
            : Measure(console, parsed.GetValue(quick), parsed.GetValue(only), parsed.GetValue(output), parsed.GetValue(chart));
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
    {
        Console.Error.WriteLine($"ioasis bench: {e.Message}");
        return 1;
    }
});
return root.Parse(args).Invoke();

static IAnsiConsole Screen()
{
    if (!Console.IsOutputRedirected)
        return AnsiConsole.Console;
    IAnsiConsole file = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
    file.Profile.Width = 180; // a file has no edge
    return file;
}

static int Compare(IAnsiConsole console, string before, string after)
{
    Comparison.Show(console, ResultFile.Read(before), ResultFile.Read(after));
    return 0;
}

static int Measure(IAnsiConsole console, bool quick, string? only, string? output, string? chart)
{
    Trial[] trials = [.. AllTrials.Of(quick).Where(trial => only is null || trial.Name.Contains(only, StringComparison.Ordinal))];
    if (trials.Length == 0)
    {
        Console.Error.WriteLine($"ioasis bench: no row{(quick ? " of a quick run" : "")} has \"{only}\" in its name");
        return 2;
    }

    DateTimeOffset when = DateTimeOffset.UtcNow;
    string path = output ?? Checkout.Artifacts("bench", $"{when:yyyyMMdd-HHmmss}.json");
    foreach (string written in chart is null ? [path] : new[] { path, chart })
        OutputFile.Prepare(written);
    Processors.Pin();
    Session session = new(quick);
    ProgressLine.Show(console, trials, session);
    ResultFile result = new(when, SourceState.Here(), MachineFacts.Here(), new RunSettings(session.Quick, only), session.Rows);
    ResultTable.Show(console, result);
    result.Write(path);
    console.MarkupLineInterpolated($"{path}");
    if (chart is not null)
        console.MarkupLineInterpolated($"{GoalChart.Draw(result, chart)}");
    return 0;
}
