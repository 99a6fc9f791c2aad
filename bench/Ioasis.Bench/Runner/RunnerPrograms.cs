using System.Diagnostics;

namespace Ioasis.Bench.Runner;

/// <summary>The programs that the suite of the runner measures, built when they are first needed.</summary>
internal static class RunnerPrograms
{
    private static bool s_built;

    public static string Client { get; } = Checkout.Artifacts("bench", "runner", "client");

    public static string Supervisor { get; } = Checkout.Artifacts("bench", "runner", "supervisor");

    public static string Start { get; } = Checkout.Artifacts("bench", "runner", "start");

    public static string Neighbour { get; } = Checkout.Artifacts("bench", "runner", "neighbour");

    public static string Empty { get; } = Checkout.Artifacts("bin", "Empty", "release", "Empty.dll");

    /// <summary>What the script <c>ioasis</c> builds and runs.</summary>
    public static string CommandLine { get; } = Checkout.Artifacts("ioasis", "ioasis.dll");

    /// <summary>What of them is not there.</summary>
    public static IEnumerable<string> Missing => new[] { Client, Supervisor, Start, Neighbour, Empty, CommandLine }.Where(path => !File.Exists(path));

    public static void BuildOnce()
    {
        if (s_built)
            return;
        s_built = true;
        Directory.CreateDirectory(Checkout.Artifacts("bench", "runner"));
        foreach (string program in new[] { Client, Supervisor, Start, Neighbour })
            Run("gcc", "-O2", "-o", program, Path.Combine(Checkout.Root, "bench", "runner", Path.GetFileName(program) + ".c"));
        Run("dotnet", "build", Path.Combine(Checkout.Root, "bench/runner/empty"), "-c", "Release", "-v", "quiet", "-nologo");
        Run(Path.Combine(Checkout.Root, "ioasis"), "--version");
    }

    /// <summary>What fails is missed afterwards.</summary>
    private static void Run(string program, params string[] words)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // there is no such program
        }
    }
}
