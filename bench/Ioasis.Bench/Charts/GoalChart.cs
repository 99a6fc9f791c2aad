using System.Diagnostics;
using System.Globalization;
using Ioasis.Bench.Results;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Charts;

/// <summary>A bar a row that has a goal: how many times its goal it takes, 1 being met. Drawn by gnuplot.</summary>
internal static class GoalChart
{
    /// <summary>Ends of the axis. A bar that would leave it ends there; its figure stands beside it.</summary>
    private const double Least = 0.05, Most = 20;

    /// <returns>What was drawn, or why not.</returns>
    public static string Draw(ResultFile result, string path)
    {
        Row[] rows = [.. result.Rows.Where(row => row.Excess is not null)];
        if (rows.Length == 0)
            return "no row with a goal: nothing to draw";
        string script = string.Create(CultureInfo.InvariantCulture, $$"""
            set terminal svg size 1000,{{100 + rows.Length * 16}} noenhanced background rgb "white" font "sans,11"
            set output '{{path.Replace("'", "''", StringComparison.Ordinal)}}'
            set title 'commit {{result.Source}}, {{result.Machine.Processor}}'
            set xlabel 'times the goal: 1 and less is met'
            set logscale x
            set xrange [{{Least}}:{{Most}}]
            set xtics (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
            set yrange [-1:{{rows.Length}}]
            set ytics scale 0
            set grid x
            set style fill solid 0.6
            set arrow from 1,-1 to 1,{{rows.Length}} nohead lw 2 lc rgb "black"
            unset key
            $met << END
            {{Bars(rows, met: true)}}END
            $missed << END
            {{Bars(rows, met: false)}}END
            plot $met using 2:1:({{Least}}):3:($1-0.4):($1+0.4):ytic(4) with boxxyerror lc rgb "#3b6ea5", \
                 $missed using 2:1:({{Least}}):3:($1-0.4):($1+0.4):ytic(4) with boxxyerror lc rgb "#c4622d", \
                 $met using 5:1:6 with labels left offset 0.4,0, $missed using 5:1:6 with labels left offset 0.4,0
            """);
        try
        {
            using Process gnuplot = Process.Start(new ProcessStartInfo("gnuplot") { RedirectStandardInput = true, RedirectStandardError = true })!;
            gnuplot.StandardInput.Write(script);
            gnuplot.StandardInput.Close();
            string errors = gnuplot.StandardError.ReadToEnd();
            gnuplot.WaitForExit();
            return gnuplot.ExitCode == 0 ? path : $"no chart: gnuplot failed: {errors.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no chart: there is no gnuplot (scripts/install-ci.sh installs it)";
        }
    }

    /// <summary>A line a bar: height, middle, right end, name, where its figure stands (not across the line of the goal), figure. The first row is the highest.</summary>
    private static string Bars(Row[] rows, bool met) => string.Concat(rows.Select((row, i) =>
    {
        double excess = row.Excess!.Value, end = Math.Clamp(excess, Least, Most), beside = end is > 0.8 and < 1 ? 1 : end;
        return excess <= 1 == met
            ? string.Create(CultureInfo.InvariantCulture, $"{rows.Length - 1 - i} {Math.Sqrt(Least * end):0.####} {end:0.####} \"{row.Name}\" {beside:0.####} \"{excess:0.00}\"\n")
            : "";
    }));
}
