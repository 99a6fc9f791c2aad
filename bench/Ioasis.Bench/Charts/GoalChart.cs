using System.Diagnostics;
using System.Globalization;
using Ioasis.Bench.Results;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Charts;

/// <summary>A bar a row that has a goal: how many times its goal it takes, 1 being met. Drawn by gnuplot.</summary>
internal static class GoalChart
{
    /// <returns>What was drawn, or why not.</returns>
    public static string Draw(ResultFile result, string path)
    {
        Row[] rows = [.. result.Rows.Where(row => row.Excess is not null)];
        if (rows.Length == 0)
            return "no row with a goal: nothing to draw";
        string data = string.Concat(rows.Reverse().Select((row, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{i} {row.Excess:0.###} \"{row.Name.Replace("_", "-", StringComparison.Ordinal)}\"\n")));
        string script = $$"""
            set terminal svg size 1000,{{60 + rows.Length * 16}} font "sans,11"
            set output "{{path.Replace("\"", "", StringComparison.Ordinal)}}"
            set title "times the goal (1 is met, left is better); commit {{result.Source.Commit[..Math.Min(10, result.Source.Commit.Length)]}}"
            set style fill solid 0.6
            set logscale x
            set grid x
            set yrange [-1:{{rows.Length}}]
            set xrange [0.05:20]
            set arrow from 1,-1 to 1,{{rows.Length}} nohead lw 2 lc rgb "black"
            unset key
            $rows << END
            {{data}}END
            plot $rows using (sqrt($2*0.05)):1:(0.05):2:($1-0.4):($1+0.4):ytic(3) with boxxyerror lc rgb "#3b6ea5"
            """;
        try
        {
            using Process gnuplot = Process.Start(new ProcessStartInfo("gnuplot") { RedirectStandardInput = true, RedirectStandardError = true })!;
            gnuplot.StandardInput.Write(script);
            gnuplot.StandardInput.Close();
            string errors = gnuplot.StandardError.ReadToEnd();
            gnuplot.WaitForExit();
            return gnuplot.ExitCode == 0 ? path : $"gnuplot failed: {errors.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no chart: there is no gnuplot (scripts/install-ci.sh installs it)";
        }
    }
}
