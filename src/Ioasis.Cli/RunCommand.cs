using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ioasis.Devices.Machines;
using Ioasis.Engine.Work;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Failures;
using Ioasis.Runner;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Launch;

namespace Ioasis.Cli;

/// <summary><c>ioasis run</c>: the main job. Its exit status, and the signal it dies of, are the program's.</summary>
internal static class RunCommand
{
    /// <summary>
    /// Reads a command line that begins with <c>run</c> without the other commands, and without the library's own options, whose texts it
    /// would look up.
    /// </summary>
    /// <returns>Null when there is a mistake in it, or help is asked for: that is for all commands together to answer.</returns>
    public static ParseResult? TryParse(string[] words)
    {
        Command command = Create();
        Option<string> help = new("--help", "-h", "-?", "/h", "/?") { Arity = ArgumentArity.Zero };
        command.Options.Add(help);
        ParseResult parsed = command.Parse(words);
        return parsed.Errors.Count == 0 && parsed.GetResult(help) is null ? parsed : null;
    }

    public static Command Create()
    {
        MachineOptions machine = new();
        // Options of a reference type, whatever they mean: the library's code for those is compiled ahead of time.
        Option<string> explain = new("--explain")
        {
            Description = "Tell on standard error, in one line each, why an ioctl failed and why a DMA was aborted.",
            Arity = ArgumentArity.Zero,
        };
        Option<FailureCountdown> failNth = new("--fail-nth")
        {
            Description = "Have the Nth allocation or pin of calls on emulated files fail, as memory could be short on a real machine.",
            HelpName = "N",
            CustomParser = ReadCountdown,
        };
        Option<string[]> grants = new("--grant-cap")
        {
            Description = "Treat the program as having a capability (CAP_IPC_LOCK, …) in calls on emulated files. May be given again.",
            HelpName = "CAP[,CAP…]",
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string> rings = new("--allow-io-uring")
        {
            Description = "Let the program use io_uring, which is refused otherwise: what it does by a ring with emulated files is not seen.",
            Arity = ArgumentArity.Zero,
        };
        Option<string> anyDescriptor = new("--any-descriptor")
        {
            Description = "Watch descriptors of every number: for programs that move emulated files below 768 (dup2) or pass them on (SCM_RIGHTS).",
            Arity = ArgumentArity.Zero,
        };
        Option<string> engineMemory = new("--engine-memory")
        {
            Description = "Memory that Ioasis may need for the objects and mappings of each user, as 512M or 4G; more is ENOMEM. Default: half of what there is.",
            HelpName = "SIZE",
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
        command.Options.Add(engineMemory);
        command.Options.Add(rings);
        command.Options.Add(anyDescriptor);
        command.Arguments.Add(program);
        command.SetAction(parsed =>
        {
            ulong memory = 0;
            if (parsed.GetValue(engineMemory) is { } size && (!Number.TryParse(size, out memory) || memory is 0 or > long.MaxValue))
            {
                Messages.Error($"--engine-memory: '{size}' is no size in bytes");
                return Messages.UsageStatus;
            }

            if (machine.Read(parsed) is not { } description || !TryReadCapabilities(parsed.GetValue(grants) ?? [], out List<Capability>? granted))
                return Messages.UsageStatus;
            string[] words = parsed.GetValue(program)!;
            ProgramOptions options = new(words[0], words[1..])
            {
                Explain = parsed.GetResult(explain) is not null ? failure => Messages.Error(failure.ToString()) : null,
                Complain = Messages.Error,
                Granted = granted,
                EngineMemory = memory == 0 ? null : (long)memory,
                HandleSignals = true,
                AllowIoUring = parsed.GetResult(rings) is not null,
                AnyDescriptor = parsed.GetResult(anyDescriptor) is not null,
                FailNth = parsed.GetValue(failNth) is { Left: not 0 } countdown ? countdown : null,
            };
            return Run(description, options);
        });
        return command;
    }

    private const int PatienceMilliseconds = 2000;

    /// <summary>What shells return when a program cannot be run: 127 when there is none, 126 when there is.</summary>
    private static int ShellStatus(int error)
    {
        const int NoSuchFile = 2, NotFound = 127, CannotRun = 126;
        return error == NoSuchFile ? NotFound : CannotRun;
    }

    private static bool TryReadCapabilities(string[] lists, out List<Capability>? capabilities)
    {
        capabilities = null;
        foreach (string name in lists.Length == 0 ? [] : string.Join(',', lists).Split(','))
        {
            if (!CapabilityNames.TryParse(name, out Capability capability))
            {
                Messages.Error($"--grant-cap: '{name}' is no capability that linux/capability.h names");
                return false;
            }

            (capabilities ??= []).Add(capability);
        }

        return true;
    }

    private static FailureCountdown ReadCountdown(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint places))
            result.AddError($"--fail-nth: '{text}' is no number");
        return new() { Left = places, Fired = place => Messages.Error($"--fail-nth {text}: {place} fails") };
    }

    private static int Run(Func<MachineDescription> description, ProgramOptions options)
    {
        uint places = options.FailNth?.Left ?? 0;
        Lazy<Machine> machine = new(() =>
        {
            Machine made = new(description()) { Notice = Messages.Error };
            if (options.Explain is { } tell)
                made.System.DmaAborted = fault => tell(Explanation.Of(in fault));
            return made;
        });
        try
        {
            ProgramEnd end;
            using (ProgramRunner runner = new(() => new DeviceNodes(machine.Value), options))
                end = runner.Wait();
            if (options.FailNth is { Left: not 0 and var left })
                Messages.Error($"--fail-nth {places}: there were only {places - left} places, none failed");
            return end.Signalled ? Signal.DieOf(end.Status) : end.Status;
        }
        catch (LaunchException e)
        {
            Messages.Error(e.Message);
            return ShellStatus(e.Error);
        }
        finally
        {
            // A device that hangs in memory that never comes is left behind.
            if (machine.IsValueCreated && BackgroundThread.TryStart("ioasis machine", machine.Value.Dispose) is { } end)
                end.Join(PatienceMilliseconds);
        }
    }
}
