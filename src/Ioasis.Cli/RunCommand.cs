using System.CommandLine;
using Ioasis.Cli.Explain;
using Ioasis.Devices.Machines;
using Ioasis.Engine.Work;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Failures;
using Ioasis.Runner;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Launch;

namespace Ioasis.Cli;

/// <summary>
/// <c>ioasis run</c>: the main job. Its exit status, and the signal it dies of, are the program's; docs/commands/run.md has the others.
/// </summary>
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
        if (RunWords.FindUnknown(command, words) is not null)
            return null;
        ParseResult parsed = command.Parse(RunWords.Separate(command, words), Commands.Reading);
        return parsed.Errors.Count == 0 && parsed.GetResult(help) is null ? parsed : null;
    }

    /// <summary>The same words, with <c>--</c> in front of the program.</summary>
    /// <param name="words">The command line, from <c>run</c> on.</param>
    /// <param name="unknown">A word that looks like an option and is none; or null.</param>
    public static string[] Separate(string[] words, out string? unknown)
    {
        Command command = Create();
        unknown = RunWords.FindUnknown(command, words);
        return RunWords.Separate(command, words);
    }

    public static Command Create()
    {
        MachineOptions machine = new();
        RunOptions run = new();
        Argument<string[]> program = new("program")
        {
            Description = "The program and its arguments. Options behind its name are its own, with or without -- in front of it.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "PROGRAM ARGS",
        };
        Command command = new("run", "Runs a program that finds /dev/iommu and VFIO devices: ioasis run [OPTIONS] [--] PROGRAM ARGS");
        machine.AddTo(command);
        run.AddTo(command);
        command.Arguments.Add(program);
        command.SetAction(parsed =>
        {
            if (machine.Read(parsed) is not { } description || run.TryReadCapabilities(parsed, out List<Capability>? granted) is false)
                return Messages.UsageStatus;
            if (!run.TryOpenTold(parsed, out Told? told))
                return Messages.UsageStatus;
            string[] words = parsed.GetValue(program)!;
            ProgramOptions options = new(words[0], words[1..])
            {
                Explain = told is null ? null : told.Tell,
                Complain = Messages.Error,
                Granted = granted,
                HandleSignals = true,
                EngineMemory = parsed.GetValue(run.EngineMemory)?.Most,
                AllowIoUring = parsed.GetResult(run.AllowIoUring) is not null,
                AnyDescriptor = parsed.GetResult(run.AnyDescriptor) is not null,
                FailNth = parsed.GetValue(run.FailNth),
                CountHostMemlock = parsed.GetValue(run.Memlock) == RunOptions.MemlockOfHost,
            };
            using (told)
                return Run(description, options, told);
        });
        return command;
    }

    private const int PatienceMilliseconds = 2000;

    /// <summary>Tells that a program cannot be run.</summary>
    /// <returns>What shells return: 127 when there is none, 126 when there is.</returns>
    private static int CannotRun(string program, LaunchException e)
    {
        const int NoSuchFile = 2, NotPermitted = 13, NotFound = 127, Found = 126;
        // Of a name that is in none of the folders of PATH the kernel says EACCES when one of them is not for this user to see.
        bool isNowhere = e.Error == NotPermitted && !program.Contains('/', StringComparison.Ordinal)
            && !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
        Messages.Error(isNowhere ? $"{program}: there is no such program in PATH" : e.Message);
        return isNowhere || e.Error == NoSuchFile ? NotFound : Found;
    }

    private static int Run(Func<MachineDescription> description, ProgramOptions options, Told? told)
    {
        uint places = options.FailNth?.Left ?? 0;
        Lazy<Machine> machine = new(() =>
        {
            Machine made = new(description()) { Notice = Messages.Error };
            if (told is not null)
            {
                made.System.DmaAborted = fault => told.Tell(Explanation.Of(in fault));
                made.System.DeviceNoticed = notice => told.Tell(Explanation.Of(in notice));
            }

            return made;
        });
        try
        {
            ProgramEnd end;
            using (ProgramRunner runner = new(() => new DeviceNodes(machine.Value), options))
                end = runner.Wait();
            if (options.FailNth is { Left: not 0 and var left })
                Messages.Error($"--fail-nth {places}: there were only {places - left} places, none failed");
            if (told?.Conclude(end) is { } status)
                return status;
            if (!end.Signalled)
                return end.Status;
            Messages.End();
            return Signal.DieOf(end.Status);
        }
        catch (LaunchException e)
        {
            return CannotRun(options.Program, e);
        }
        finally
        {
            // A device that hangs in memory that never comes is left behind.
            if (machine.IsValueCreated && BackgroundThread.TryStart("ioasis machine", machine.Value.Dispose) is { } end)
                end.Join(PatienceMilliseconds);
        }
    }
}
