using System.Diagnostics;

namespace Ioasis.Bench.Runner;

/// <summary>What a program prints.</summary>
internal static class Output
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>The lines of its standard output, each cut at blanks.</returns>
    /// <exception cref="InvalidOperationException">It failed; what it said on standard error has been seen.</exception>
    public static string[][] Of(params string[] command)
    {
        using Process process = Start(command);
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
    }

    /// <summary>Starts a program whose standard input and output are ours.</summary>
    public static Process Start(params string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
