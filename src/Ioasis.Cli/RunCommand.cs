using System.CommandLine;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Runner;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Launch;

namespace Ioasis.Cli;

/// <summary><c>ioasis run</c>: the main job. Its exit status, and the signal it dies of, are the program's.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        MachineOptions machine = new();
        Option<bool> explain = new("--explain")
        {
            Description = "Tell on standard error, in one line each, why an ioctl failed and why a DMA was aborted.",
        };
        Argument<string[]> program = new("program")
        {
            Description = "The program and its arguments, after --.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "PROGRAM ARGS",
        };
        Command command = new("run", "Runs a program that finds /dev/iommu and VFIO devices: ioasis run [OPTIONS] -- PROGRAM ARGS");
        machine.AddTo(command);
        command.Options.Add(explain);
        command.Arguments.Add(program);
        command.SetAction(parsed =>
        {
            string[] words = parsed.GetValue(program)!;
            return machine.Read(parsed) is { } description ? Run(description, words, parsed.GetValue(explain)) : Messages.UsageStatus;
        });
        return command;
    }

    /// <summary>What shells return when a program cannot be run: 127 when there is none, 126 when there is.</summary>
    private static int ShellStatus(int error)
    {
        const int NoSuchFile = 2, NotFound = 127, CannotRun = 126;
        return error == NoSuchFile ? NotFound : CannotRun;
    }

    private static int Run(MachineDescription description, string[] words, bool explain)
    {
        ProgramOptions options = new(words[0], words[1..])
        {
            Explain = explain ? failure => Messages.Error(failure.ToString()) : null,
            Complain = Messages.Error,
            HandleSignals = true,
        };
        try
        {
            using Machine machine = new(description);
            ProgramEnd end;
            if (options.Explain is { } tell)
                machine.System.DmaAborted = fault => tell(Explanation.Of(in fault));
            using (ProgramRunner runner = new(machine.Tree, new DeviceNodes(machine), options))
                end = runner.Wait();
            return end.Signalled ? Signal.DieOf(end.Status) : end.Status;
        }
        catch (LaunchException e)
        {
            Messages.Error(e.Message);
            return ShellStatus(e.Error);
        }
    }
}
