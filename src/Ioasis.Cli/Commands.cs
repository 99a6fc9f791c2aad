using System.CommandLine;
using Ioasis.Cli.Output;

namespace Ioasis.Cli;

/// <summary>All commands together: what was asked for is done, or told to be wrong in one line.</summary>
internal static class Commands
{
    /// <summary>Nothing in a command line stands for the contents of a file (<c>@foo</c> is <c>@foo</c>).</summary>
    public static ParserConfiguration Reading { get; } = new() { ResponseFileTokenReplacer = null };

    private static readonly InvocationConfiguration s_invocation = new() { EnableDefaultExceptionHandler = false, Output = StandardOutput.Ours };

    public static int Invoke(string[] words)
    {
        RootCommand root = new("/dev/iommu without the IOMMU: runs unmodified programs against an emulated I/O address space API.")
        {
            RunCommand.Create(),
            DemoCommand.Create(),
            DevicesCommand.Create(),
            DoctorCommand.Create(),
        };
        if (words.Length == 0)
            return Messages.Usage($"a command is missing: {string.Join(", ", root.Subcommands.Select(one => one.Name))}", "");
        if (words is ["run", ..])
        {
            words = RunCommand.Separate(words, out string? unknown);
            if (unknown is not null)
                return Messages.Usage($"there is no option {unknown}", "run ");
        }

        ParseResult parsed = root.Parse(words, Reading);
        return parsed.Errors.Count == 0 || parsed.Action is System.CommandLine.Help.HelpAction
            ? Invoke(parsed)
            : Messages.Usage(parsed.Errors[0].Message.TrimEnd('.'), parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ");
    }

    /// <summary>Does what a command line without mistakes asks for.</summary>
    /// <returns>The status to end with.</returns>
    public static int Invoke(ParseResult parsed)
    {
        int status;
        try
        {
            status = parsed.Invoke(s_invocation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            Messages.Error(e.Message);
            return 1;
        }

        // Only who wrote there is told: a program that runs has the stream for itself.
        if (StandardOutput.Ours.Failure is not { } failure || !StandardOutput.Ours.WasUsed)
            return status;
        Messages.Error($"standard output: {failure}");
        return status == 0 ? 1 : status;
    }
}
