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

    /// <summary>The command line for dotnet, as the script <c>ioasis</c> builds it where nothing can be linked.</summary>
    public static string Managed { get; } = Checkout.Artifacts("ioasis-managed", "ioasis.dll");

    /// <summary>The command line as the script <c>ioasis</c> runs it here: compiled ahead of time, where it can be.</summary>
    public static string[] Ioasis => File.Exists(Checkout.Artifacts("ioasis.built-native")) ? [Checkout.Artifacts("ioasis-native", "ioasis")] : ["dotnet", Managed];

    /// <summary>What of them is not there.</summary>
    public static IEnumerable<string> Missing => new[] { Client, Supervisor, Start, Neighbour, Empty, Managed }.Where(path => !File.Exists(path));

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
        Run("env", "IOASIS_BUILD=managed", Path.Combine(Checkout.Root, "ioasis"), "--version");
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
