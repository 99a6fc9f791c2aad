using System.CommandLine;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Failures;
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
        Option<uint> failNth = new("--fail-nth")
        {
            Description = "Have the Nth allocation or pin of calls on emulated files fail, as memory could be short on a real machine.",
            HelpName = "N",
        };
        Option<string[]> grants = new("--grant-cap")
        {
            Description = "Treat the program as having a capability (CAP_IPC_LOCK, …) in calls on emulated files. May be given again.",
            HelpName = "CAP[,CAP…]",
            AllowMultipleArgumentsPerToken = false,
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
        command.Options.Add(failNth);
        command.Options.Add(grants);
        command.Arguments.Add(program);
        command.SetAction(parsed =>
        {
            if (machine.Read(parsed) is not { } description || !TryReadCapabilities(parsed.GetValue(grants) ?? [], out List<Capability> granted))
                return Messages.UsageStatus;
            string[] words = parsed.GetValue(program)!;
            ProgramOptions options = new(words[0], words[1..])
            {
                Explain = parsed.GetValue(explain) ? failure => Messages.Error(failure.ToString()) : null,
                Complain = Messages.Error,
                Granted = granted,
                HandleSignals = true,
            };
            return Run(description, options, parsed.GetValue(failNth));
        });
        return command;
    }

    /// <summary>What shells return when a program cannot be run: 127 when there is none, 126 when there is.</summary>
    private static int ShellStatus(int error)
    {
        const int NoSuchFile = 2, NotFound = 127, CannotRun = 126;
        return error == NoSuchFile ? NotFound : CannotRun;
    }

    private static bool TryReadCapabilities(string[] lists, out List<Capability> capabilities)
    {
        capabilities = [];
        foreach (string name in lists.SelectMany(list => list.Split(',')))
        {
            if (!CapabilityNames.TryParse(name, out Capability capability))
            {
                Messages.Error($"--grant-cap: '{name}' is no capability that linux/capability.h names");
                return false;
            }

            capabilities.Add(capability);
        }

        return true;
    }

    private static int Run(MachineDescription description, ProgramOptions options, uint failNth)
    {
        FailureCountdown? countdown = failNth == 0 ? null : new() { Left = failNth, Fired = place => Messages.Error($"--fail-nth {failNth}: {place} fails") };
        try
        {
            using Machine machine = new(description);
            ProgramEnd end;
            if (options.Explain is { } tell)
                machine.System.DmaAborted = fault => tell(Explanation.Of(in fault));
            using (ProgramRunner runner = new(machine.Tree, new DeviceNodes(machine), options with { FailNth = countdown }))
                end = runner.Wait();
            if (countdown is { Left: not 0 and var left })
                Messages.Error($"--fail-nth {failNth}: there were only {failNth - left} places, none failed");
            return end.Signalled ? Signal.DieOf(end.Status) : end.Status;
        }
        catch (LaunchException e)
        {
            Messages.Error(e.Message);
            return ShellStatus(e.Error);
        }
    }
}
