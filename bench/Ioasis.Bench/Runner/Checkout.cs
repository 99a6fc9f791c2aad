namespace Ioasis.Bench.Runner;

/// <summary>Where the programs lie that this suite measures; <c>bench/runner/run.sh</c> builds them.</summary>
internal static class Checkout
{
    private static readonly string s_root = FindRoot();

    public static string Client { get; } = Built("bench/runner/client");

    public static string Supervisor { get; } = Built("bench/runner/supervisor");

    public static string Start { get; } = Built("bench/runner/start");

    public static string Empty { get; } = Built("bin/Empty/release/Empty.dll");

    public static string CommandLine { get; } = Built("bin/Ioasis.Cli/release/ioasis.dll");

    /// <summary>The script that people call.</summary>
    public static string Script { get; } = Path.Combine(s_root, "ioasis");

    /// <summary>What of them is not there.</summary>
    public static IEnumerable<string> Missing => new[] { Client, Supervisor, Start, Empty, CommandLine }.Where(path => !File.Exists(path));

    private static string Built(string path) => Path.Combine(s_root, "artifacts", path);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Ioasis.slnx")))
                return at.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
