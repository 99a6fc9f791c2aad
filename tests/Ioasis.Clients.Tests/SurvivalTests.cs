using System.Diagnostics;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>What runs out, is closed or is in the way concerns the call that meets it: the command goes on, and its status is the program's.</summary>
public sealed class SurvivalTests(CPrograms programs) : IClassFixture<CPrograms>
{
    private const string FailsAnIoctl =
        "exec 3<>/dev/iommu; python3 -c 'import fcntl\ntry: fcntl.ioctl(3, 0x3b81, bytes(4))\nexcept OSError as e: print(e.errno)'; exit 3";

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    public void WhereNoLineCanBeWrittenTheProgramRunsAllTheSame(string redirection)
    {
        Tools.SkipWithout("python3");
        CommandResult result = Shell($"{Ioasis} run --explain -- sh -c \"{FailsAnIoctl.Replace("\"", "\\\"", StringComparison.Ordinal)}\" {redirection}");
        Assert.Equal((3, "22\n"), (result.Status, result.Output));
    }

    [Fact]
    public void AFileSizeLimitIsNoLimitOfDevicesAndStaysTheProgramsOwn()
    {
        CommandResult result = Shell($"ulimit -f 100000; {Ioasis} run -- bash -c ': <>/dev/iommu && echo open; ulimit -f; truncate -s 200M $0; echo $?; rm $0' \"$(mktemp)\"");
        string[] lines = result.Output.TrimEnd().Split('\n');
        Assert.True(lines is ["open", "100000", "153"], result.ToString()); // SIGXFSZ kills truncate, as without us
    }

    [Fact]
    public void AClientThatOpensAllThatItCanLeavesRoomForAnother()
    {
        // One opens until it fails and holds them, by 'exec {n}<>'; the next comes, opens, and reads.
        const string Greedy = "ulimit -n 4096; n=0; while exec {f}<>/dev/iommu; do n=$((n+1)); [ $n -gt 2000 ] && break; done 2>/dev/null; [ $n -gt 100 ] && echo full; read -r _";
        string script = $"mkfifo $D/hold; bash -c '{Greedy}' <>$D/hold >$D/said & until grep -q full $D/said; do sleep 0.1; done 2>/dev/null; "
            + "(: <>/dev/iommu) && cat /sys/bus/pci/devices/*/vendor | head -1; echo >$D/hold; wait";
        CommandResult result = Shell($"export D=$(mktemp -d); ulimit -n 600; {Ioasis} run -- bash -c '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'; rm -r $D");
        Assert.True(result.Output == "0x1234\n", result.ToString());
    }

    [Fact]
    public void AChildThatTheShellHadBeforeItBecameTheCommandDoesNotStopTheReaping()
    {
        const string Orphans = "sleep 1; i=0; while [ $i -lt 30 ]; do (sh -c \"sleep 0.01 &\"); i=$((i+1)); done; sleep 2; ps -eo stat,ppid | grep -c \"^Z.* $PPID\\$\"; true";
        CommandResult result = Shell($"sleep 0.5 & exec {Ioasis} run -- sh -c '{Orphans}'");
        Assert.True(result.Status == 0 && int.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture) < 3, result.ToString());
    }

    [Fact]
    public void SigtermEndsTheRunAlsoWhenTheProgramHasLeftOthersBehind()
    {
        CommandResult result = CommandLine.Run(
            [.. CommandLine.Ioasis, "run", "--", "sh", "-c", "(trap '' TERM; exec 3<>/dev/iommu; sleep 100 >/dev/null 2>&1) & echo ready; wait"],
            process =>
            {
                Thread.Sleep(4000); // time to start; too early ends it as well
                Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
            });
        Assert.Equal(128 + 15, result.Status);
    }

    [Fact]
    public void SigtermEndsTheRunAlsoWhenAClientDoesNotProvideMemoryThatACallWaitsFor()
    {
        const int NotPermitted = 77;
        string script = $"out=$(mktemp); {Ioasis} run -- {programs["late"]} fuse stay >$out & run=$!; "
            + "until grep -q . $out || ! kill -0 $run 2>/dev/null; do sleep 0.1; done; kill -TERM $run 2>/dev/null; wait $run; status=$?; "
            + "cat $out; rm $out; exit $status";
        CommandResult result = Shell(script);
        Assert.SkipWhen(result.Status == NotPermitted, result.Output);
        Assert.Equal((128 + 15, "waits\n"), (result.Status, result.Output));
        Assert.Contains("a call waits for memory that does not come: the processes that are left are killed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryForWhatAClosedDescriptorHadMappedIsGivenBack()
    {
        CommandResult result = CommandLine.RunUnder([], programs["giveback"]);
        Assert.True(result.Status == 0 && result.Output.EndsWith("given back\n", StringComparison.Ordinal), result.ToString());
    }

    private static string Ioasis => string.Join(' ', CommandLine.Ioasis);

    private static CommandResult Shell(string script) => CommandLine.Run("bash", "-c", script);
}
