using System.Diagnostics;
using System.Text;

namespace Ioasis.Clients.Tests.Fixtures;

/// <summary>What a command printed and how it ended. A signal shows as 128 and its number, as in a shell.</summary>
internal sealed record CommandResult(int Status, string Output, string Error)
{
    public override string ToString() => $"status {Status}\n--- standard output\n{Output}\n--- standard error\n{Error}";
}

/// <summary>Runs commands as a user would type them.</summary>
internal static class CommandLine
{
    /// <summary>What hangs is to end some time; what is slow, on a busy machine, is not to be mistaken for it.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The command line that is tested: the file that IOASIS_UNDER_TEST names (one that is compiled ahead of time), else that of this build,
    /// where it was built (the demo's program lies beside it): <c>dotnet ioasis.dll</c>.
    /// </summary>
    public static string[] Ioasis { get; } =
        Environment.GetEnvironmentVariable("IOASIS_UNDER_TEST") is { Length: > 0 } file ? [file] : ["dotnet", Built("Ioasis.Cli", "ioasis.dll")];

    /// <summary>The bench of this build.</summary>
    public static string[] Bench { get; } = ["dotnet", Built("Ioasis.Bench", "Ioasis.Bench.dll")];

    /// <summary><c>ioasis run OPTIONS -- PROGRAM ARGUMENTS</c></summary>
    public static CommandResult RunUnder(string[] options, params string[] program) => Run([.. Ioasis, "run", .. options, "--", .. program]);

    public static CommandResult Run(params string[] command) => Run(command, null);

    public static CommandResult Run(string[] command, Action<Process>? started)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Checkout.Root,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        StringBuilder output = new(), error = new();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        started?.Invoke(process);
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end:\n{output}\n{error}");
        }

        process.WaitForExit(); // and until both streams have been read
        return new CommandResult(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>What a project was built into, with the tests' own configuration.</summary>
    private static string Built(string project, string file) => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", project, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), file));

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            if (line is not null)
                text.Append(line).Append('\n');
        }
    }
}
