using Ioasis.Runner;

namespace Ioasis.Cli;

/// <summary>
/// What the command line says for itself, on standard error, so that it never mixes with what the program prints on
/// standard output. One line at a time, from any thread.
/// </summary>
internal static class Messages
{
    /// <summary>The status of a command that was used wrongly, as getopt programs give it.</summary>
    public const int UsageStatus = 2;

    public static void Error(string text) => Line($"ioasis: {text}");

    public static void Line(string text) => StandardError.WriteLine(text);
}
