using Ioasis.Bench.Rows;
using Spectre.Console;

namespace Ioasis.Bench.Results;

/// <summary>The rows of a run, for people: a table a suite.</summary>
internal static class ResultTable
{
    public static void Show(IAnsiConsole console, ResultFile result)
    {
        foreach (IGrouping<string, Row> suite in result.Rows.GroupBy(row => row.Name.Split('/')[0]))
        {
            Table table = new Table().Border(TableBorder.Simple).AddColumn($"[bold]{suite.Key}[/]");
            foreach (string title in new[] { "measured", "goal", "yardstick", "ratio", "verdict" })
                table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
            foreach (Row row in suite)
            {
                table.AddRow(
                    Markup.Escape(row.Text),
                    row.Value is { } value ? $"{Number(value)} {row.Unit}" : "",
                    row.Goal?.ToString() ?? "",
                    row.Beside is { } beside ? $"[grey]{Markup.Escape(beside.Text)}[/] {Number(beside.Value)}" : "",
                    row.Ratio is { } ratio ? $"{ratio:f2}" : "",
                    Verdict(row));
            }

            console.Write(table);
        }

        (int met, int all) = result.Score();
        MachineFacts machine = result.Machine;
        console.MarkupLineInterpolated($"{met} of {all} goals met. {machine.Processor}, {machine.Processors} processors, load {machine.Load:f1}, {machine.Kernel}, {machine.Runtime}, commit {result.Source}.");
    }

    public static string Number(double value) => Math.Abs(value) switch
    {
        < 10 => $"{value:0.0#}",
        < 1000 => $"{value:0.#}",
        _ => $"{value:n0}",
    };

    private static string Verdict(Row row) => row switch
    {
        { Skipped: { } because } => $"[grey]skipped: {Markup.Escape(because)}[/]",
        { Excess: <= 1 } => "[green]met[/]",
        { Excess: { } excess } => $"[yellow]{excess:0.00}× its goal[/]",
        _ => "",
    };
}
