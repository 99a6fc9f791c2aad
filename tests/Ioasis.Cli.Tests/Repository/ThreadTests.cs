namespace Ioasis.Cli.Tests.Repository;

/// <summary>No thread of the system lets an exception out: each is started in one place, which sees to that.</summary>
public sealed class ThreadTests
{
    private static readonly string[] s_ways = ["new Thread(", "ThreadPool.", "Task.Run(", "Task.Factory", "new Timer(", "Parallel."];

    /// <summary>Those whose threads are in the supervisor.</summary>
    private static readonly string[] s_rooms = ["Engine", "Devices", "Dispatch", "Runner", "Cli"];

    [Fact]
    public void EveryThreadIsStartedInOnePlace()
    {
        string sources = Path.Combine(Checkout.Root, "src");
        IEnumerable<string> found = s_rooms
            .SelectMany(room => Directory.EnumerateFiles(Path.Combine(sources, "Ioasis." + room), "*.cs", SearchOption.AllDirectories))
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.EndsWith("/Work/BackgroundThread.cs", StringComparison.Ordinal))
            .SelectMany(path => File.ReadLines(path).Where(static line => 
                Array.Exists(s_ways, way => line.Contains(way, StringComparison.Ordinal)) && !line.Contains("BackgroundThread.Guard(", StringComparison.Ordinal))
                .Select(line => $"{Path.GetRelativePath(sources, path)}: {line.Trim()}"));
        Assert.Empty(found);
    }

    [Fact]
    public void TheRunCommandAndTheRunnerWriteToStandardErrorByWriteAlone()
    {
        string[] rooms = [Path.Combine(Checkout.Root, "src", "Ioasis.Runner"), Path.Combine(Checkout.Root, "src", "Ioasis.Cli")];
        string[] found = [.. rooms.SelectMany(static room => Directory.EnumerateFiles(room, "*.cs", SearchOption.AllDirectories))
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && File.ReadAllText(path).Contains("Console.Error", StringComparison.Ordinal))];
        Assert.Empty(found);
    }
}
