using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ioasis.Cli.Explain;
using Ioasis.Cli.Output;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Failures;

namespace Ioasis.Cli;

/// <summary>The options of <c>ioasis run</c> beside those of the machine.</summary>
/// <remarks>All of a reference type, whatever they mean: the library's code for those is compiled ahead of time.</remarks>
internal sealed class RunOptions
{
    public const string MemlockOfHost = "host";

    private const string Text = "text", Json = "json", MemlockOfRun = "run";

    private readonly Option<string> _explain = new("--explain")
    {
        Description = "Tell on standard error, in one line each, why a call failed and why a DMA was aborted; for machines as JSON with =json.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "text|json",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Write what --explain tells to a file instead.",
        HelpName = "FILE",
    };

    private readonly Option<string> _strict = new("--strict")
    {
        Description = "End with status 3 when a call failed unexpectedly or a DMA was aborted.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<string[]> _grants = new("--grant-cap")
    {
        Description = "Treat the program as having a capability (CAP_IPC_LOCK, …) in calls on emulated files. May be given again.",
        HelpName = "CAP[,CAP…]",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string> AllowIoUring { get; } = new("--allow-io-uring")
    {
        Description = "Let the program use io_uring, which is refused otherwise: what it does by a ring with emulated files is not seen.",
        Arity = ArgumentArity.Zero,
    };

    public Option<string> AnyDescriptor { get; } = new("--any-descriptor")
    {
        Description = "Watch descriptors of every number: for programs that move emulated files below 768 (dup2) or pass them on (SCM_RIGHTS).",
        Arity = ArgumentArity.Zero,
    };

    public Option<MemorySize> EngineMemory { get; } = new("--engine-memory")
    {
        Description = "Memory that Ioasis may need for the objects and mappings of each user, as 512M or 4G; more is ENOMEM. Default: half of what there is.",
        HelpName = "SIZE",
        CustomParser = ReadSize,
    };

    public Option<FailureCountdown> FailNth { get; } = new("--fail-nth")
    {
        Description = "Have the Nth allocation or pin of calls on emulated files fail, as memory could be short on a real machine.",
        HelpName = "N",
        CustomParser = ReadCountdown,
    };

    public Option<string> Memlock { get; } = new("--memlock")
    {
        Description = "Whose RLIMIT_MEMLOCK counts: one that the program sets itself (run), or also the one that it begins with (host).",
        HelpName = "run|host",
    };

    public RunOptions()
    {
        OneOf(_explain, Text, Json);
        OneOf(Memlock, MemlockOfRun, MemlockOfHost);
    }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_explain, _output, _strict, FailNth, _grants, Memlock, EngineMemory, AllowIoUring, AnyDescriptor])
            command.Options.Add(option);
    }

    /// <returns>False when there is a mistake, which is told.</returns>
    public bool TryReadCapabilities(ParseResult parsed, out List<Capability>? capabilities)
    {
        capabilities = null;
        string[] lists = parsed.GetValue(_grants) ?? [];
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

    /// <summary>Opens what is told of failures; null when nobody asked for it.</summary>
    /// <returns>False when there is a mistake, which is told.</returns>
    public bool TryOpenTold(ParseResult parsed, out Told? told)
    {
        told = null;
        bool explains = parsed.GetResult(_explain) is not null, isStrict = parsed.GetResult(_strict) is not null;
        string? file = parsed.GetValue(_output);
        if (!explains && !isStrict && file is null)
            return true;
        try
        {
            // A file alone asks for the text.
            LineWriter? writer = file is not null ? new LineWriter(file) : explains ? Messages.StandardError : null;
            told = new Told(writer, file is not null, parsed.GetValue(_explain) == Json, isStrict);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Messages.Error($"-o {file}: {e.Message}");
            return false;
        }
    }

    private static void OneOf(Option<string> option, params string[] words) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && !words.Contains(result.Tokens[^1].Value))
            result.AddError($"{option.Name}: '{result.Tokens[^1].Value}' is not {string.Join(" or ", words)}");
    });

    private static MemorySize? ReadSize(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Number.TryParse(text, out ulong bytes) && bytes is not 0 and <= long.MaxValue)
            return new((long)bytes);
        result.AddError($"--engine-memory: '{text}' is no size in bytes");
        return null;
    }

    private static FailureCountdown? ReadCountdown(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint places) || places is 0 or > int.MaxValue)
        {
            result.AddError($"--fail-nth: '{text}' is no number from 1 to {int.MaxValue}");
            return null;
        }

        return new() { Left = places, Fired = place => Messages.Error($"--fail-nth {text}: {place} fails") };
    }
}

/// <summary>A size in bytes.</summary>
internal sealed record MemorySize(long Most);
