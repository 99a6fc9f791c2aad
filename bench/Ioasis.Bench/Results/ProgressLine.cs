using Ioasis.Bench.Rows;
using Spectre.Console;

namespace Ioasis.Bench.Results;

/// <summary>Runs the trials one after the other, and shows which one it is at.</summary>
internal static class ProgressLine
{
    public static void Show(IAnsiConsole console, Trial[] trials, Session session) =>
        console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).Start(progress =>
        {
            ProgressTask task = progress.AddTask("measuring", maxValue: trials.Length);
            foreach (Trial trial in trials)
            {
                task.Description = trial.Name.PadRight(28);
                session.Run(trial);
                task.Increment(1);
            }
        });
}
