using Ioasis.Cli.Output;
using Ioasis.Engine.Reasons;

namespace Ioasis.Cli;

/// <summary>
/// What the command line says for itself, on standard error, so that it never mixes with what the program prints on
/// standard output. One line at a time, from any thread; nobody waits for it, and nothing fails by it.
/// </summary>
internal static class Messages
{
    /// <summary>The status of a command that was used wrongly, as getopt programs give it.</summary>
    public const int UsageStatus = 2;

    /// <summary>Standard error; what we say at the end is waited for by <see cref="End"/>.</summary>
    public static LineWriter StandardError { get; } = new(StandardStream.Error);

    /// <summary>Says something, whoever the words in it come from.</summary>
    public static void Error(string text) => StandardError.Write(PlainText.Of($"ioasis: {text}"));

    /// <summary>A mistake in the use of a command: what is wrong, and where the right use stands.</summary>
    /// <returns>The status to end with.</returns>
    public static int Usage(string text, string command)
    {
        Error($"{text} ('ioasis {command}--help' tells how it is used)");
        return UsageStatus;
    }

    /// <summary>Nothing is said any more.</summary>
    public static void End() => StandardError.Dispose();
}
