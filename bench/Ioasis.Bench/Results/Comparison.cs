using Ioasis.Bench.Rows;
using Spectre.Console;

namespace Ioasis.Bench.Results;

/// <summary>
/// Two runs side by side. The machine may have been quicker in one of them, so where both have a yardstick it is the ratios to it that are
/// compared.
/// </summary>
internal static class Comparison
{
    /// <summary>Changes below this are noise.</summary>
    private const double Noise = 0.10;

    public static void Show(IAnsiConsole console, ResultFile before, ResultFile after)
    {
        console.MarkupLineInterpolated($"before: {Describe(before)}");
        console.MarkupLineInterpolated($"after: {Describe(after)}");
        if (before.Machine.Processor != after.Machine.Processor)
            console.MarkupLineInterpolated($"[yellow]different machines: {before.Machine.Processor}, {after.Machine.Processor}[/]");
        if (before.Settings.Quick || after.Settings.Quick)
            console.MarkupLine("[grey]a quick run is rough[/]");
        Table table = new Table().Border(TableBorder.Simple).AddColumn("row");
        foreach (string title in new[] { "before", "after", "after/before", "by yardstick" })
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        Dictionary<string, Row> old = before.Rows.ToDictionary(row => row.Name);
        foreach (Row row in after.Rows)
        {
            if (!old.TryGetValue(row.Name, out Row? was) || row.Value is not { } now || was.Value is not { } then)
                continue;
            double change = now / then;
            double? relative = row.Ratio / was.Ratio;
            bool moreIsBetter = row.Goal?.Kind == GoalKind.AtLeast;
            table.AddRow(
                Markup.Escape(row.Name), $"{ResultTable.Number(then)} {was.Unit}", $"{ResultTable.Number(now)} {row.Unit}",
                Coloured(change, relative is null, moreIsBetter), relative is { } r ? Coloured(r, true, moreIsBetter) : "");
        }

        console.Write(table);
        List(console, "only before", old.Keys.Except(after.Rows.Select(row => row.Name)));
        List(console, "only after", after.Rows.Select(row => row.Name).Except(old.Keys));
    }

    private static void List(IAnsiConsole console, string what, IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length != 0)
            console.MarkupLineInterpolated($"[grey]{what}, {all.Length}: {string.Join(", ", all)}[/]");
    }

    private static string Describe(ResultFile result) =>
        $"commit {result.Source}, {result.When:yyyy-MM-dd HH:mm}, load {result.Machine.Load:f1}";

    private static string Coloured(double change, bool counts, bool moreIsBetter)
    {
        double worse = moreIsBetter ? 1 / change : change;
        string colour = !counts ? "grey" : worse > 1 + Noise ? "red" : worse < 1 / (1 + Noise) ? "green" : "default";
        return $"[{colour}]{change:0.00}[/]";
    }
}
