using System.Globalization;
using Ioasis.Runner.Native;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Launch;

/// <summary>Programs that use emulated files from many threads and processes, under signals, and killed at any moment.</summary>
public sealed class StormTests
{
    [Theory]
    [InlineData("restart")]
    [InlineData("retry")]
    public void ASignalNeitherLosesACallNorHasItHappenTwice(string mode)
    {
        using var sandbox = new Sandbox();
        Assert.Equal("all as it should be\n", sandbox.Succeed(CPrograms.Find("signals"), mode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ThreadsAndProcessesDoNotDisturbEachOther(bool isStatic)
    {
        using var sandbox = new Sandbox();
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("crowd", isStatic));
        Assert.True(runner.Wait() == default, sandbox.Output);
        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.True(runner.Counters.IsZero, runner.Counters.ToString());
        Assert.Equal((0, sandbox.Device.Opens), (sandbox.Device.DoubleReleases, sandbox.Device.Releases));
        Assert.Equal((0, sandbox.Exclusive.Opens), (sandbox.Exclusive.DoubleReleases, sandbox.Exclusive.Releases));
    }

    [Fact]
    public void AKilledProgramLeavesNothingBehind()
    {
        const int Kills = 60;
        using var sandbox = new Sandbox();
        string directory = Directory.CreateTempSubdirectory("ioasis-churn-").FullName;
        string leader = Path.Combine(directory, "leader"), again = Path.Combine(directory, "again"), stay = Path.Combine(directory, "stay");
        File.WriteAllText(again, "");
        File.WriteAllText(stay, "");

        int before = Descriptors();
        using (ProgramRunner runner = sandbox.Start(
            "/bin/sh", "-c", $"while [ -e {again} ]; do {CPrograms.Find("churn")} {directory}; done; while [ -e {stay} ]; do sleep 0.02; done"))
        {
            var random = new Random(20261123);
            for (int i = 1; i <= Kills; i++)
            {
                SpinWait.SpinUntil(() => File.Exists(leader));
                int group = int.Parse(File.ReadAllText(leader), CultureInfo.InvariantCulture);
                File.Delete(leader);
                Thread.Sleep(random.Next(40));
                if (i == Kills)
                    File.Delete(again);
                Assert.Equal(0, LibC.kill(-group, 9));
            }

            // The runner goes on, as the shell does: nothing of what was killed may be left in it.
            Assert.True(SpinWait.SpinUntil(() => runner.Counters.IsZero, TimeSpan.FromSeconds(20)), runner.Counters.ToString());
            Assert.Equal(sandbox.Device.Opens, sandbox.Device.Releases);
            Assert.True(sandbox.Device.Opens >= Kills, $"{sandbox.Device.Opens} opens only");
            File.Delete(stay);
            Assert.Equal(default, runner.Wait());
        }

        Assert.Equal(0, sandbox.Device.DoubleReleases);
        Assert.Empty(sandbox.Complaints);
        Assert.Equal(before, Descriptors());
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Descriptors of this process by which clients and their files are held.</summary>
    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(path =>
    {
        string? target = new FileInfo(path).LinkTarget;
        return target is not null && (target.Contains("pidfd", StringComparison.Ordinal) || target.Contains("inotify", StringComparison.Ordinal)
            || target.Contains("seccomp", StringComparison.Ordinal) || target.Contains("eventfd", StringComparison.Ordinal)
            || target.Contains("memfd", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal));
    });
}
