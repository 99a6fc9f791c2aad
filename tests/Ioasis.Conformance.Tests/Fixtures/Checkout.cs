using System.Diagnostics;

namespace Ioasis.Conformance.Tests.Fixtures;

/// <summary>Files of the repository, and the programs that are made of them.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string Cases => Path.Combine(Root, "tests", "Ioasis.Conformance.Tests", "cases");

    public static string Records => Path.Combine(Root, "tests", "oracle", "conformance");

    /// <summary>
    /// The command line that is tested, as a user would start it: the file that IOASIS_UNDER_TEST names (one that is compiled ahead of time),
    /// else that of this build.
    /// </summary>
    public static string[] Ioasis { get; } = Environment.GetEnvironmentVariable("IOASIS_UNDER_TEST") is { Length: > 0 } file ? [file] : ["dotnet", Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Ioasis.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "ioasis.dll"))];

    /// <summary>Runs a command; what it prints goes to a file or nowhere.</summary>
    /// <returns>Its status and what it said on standard error.</returns>
    public static (int Status, string Error, string Output) Run(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end:\n{output.Result}\n{error.Result}");
        }

        return (process.ExitCode, error.Result, output.Result);
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Ioasis.slnx")))
                return folder;
        }

        throw new InvalidOperationException("no checkout above the tests");
    }
}
