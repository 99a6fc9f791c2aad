using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Runner.Doctor;
using Spectre.Console;

namespace Ioasis.Cli;

/// <summary><c>ioasis doctor</c>: what this machine supports, and what to do where something is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Command command = new("doctor", "Says what this machine supports of what 'ioasis run' needs, and what to do where something is missing.");
        command.SetAction(_ => Show(Terminal.Output, Checkup.Run().Prepend(ThisProgram())));
        return command;
    }

    /// <summary>How this program was built; both ways do the same.</summary>
    private static Finding ThisProgram() => new(
        "this program", Verdict.Good,
        RuntimeFeature.IsDynamicCodeSupported ? $"for dotnet ({RuntimeInformation.FrameworkDescription})" : "compiled ahead of time");

    /// <returns>1 when something that is needed is missing.</returns>
    public static int Show(IAnsiConsole console, IEnumerable<Finding> findings)
    {
        int status = 0;
        foreach (Finding finding in findings)
        {
            (string colour, string word) = finding.Verdict switch
            {
                Verdict.Good => ("green", "ok     "),
                Verdict.Limited => ("yellow", "limited"),
                _ => ("red", "fails  "),
            };
            console.MarkupLineInterpolated($"[{colour}]{word}[/] [bold]{finding.Name}[/]: {finding.Detail}");
            if (finding.Advice.Length != 0)
                console.MarkupLineInterpolated($"        {finding.Advice}");
            if (finding.Verdict == Verdict.Bad)
                status = 1;
        }

        return status;
    }
}
