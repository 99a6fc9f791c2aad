using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Paths;

/// <summary>Every call of Linux that takes a path, as a real kernel recorded it (tests/oracle).</summary>
public sealed class PathOracleTests
{
    [Theory]
    [InlineData("nobody")]
    [InlineData("root")]
    public void EveryPathCallEndsAsOnARealKernel(string user)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "what others than root may do shows only where the tree is root's");
        Assert.SkipUnless(Directory.Exists("/sys/class") && File.Exists("/dev/null"), "/dev and /sys are not there");
        Skip.WithoutTracing();
        using var sandbox = new MachineSandbox();
        var options = new ProgramOptions(CPrograms.Shared("paths-static"), [user]) { Environment = ["TMPDIR=/tmp"] };
        using (ProgramRunner runner = sandbox.Start(options))
        {
            Assert.Equal(new ProgramEnd(0, false), runner.Wait());
            Assert.True(runner.Counters.IsZero, runner.Counters.ToString());
        }

        string[] real = File.ReadAllLines(Path.Combine(CPrograms.SourceRoot(), "tests", "oracle", $"paths-{user}.txt"));
        string[] ours = sandbox.Output.TrimEnd().Split('\n');
        Assert.Empty(real.Except(ours).Select(line => "missing: " + line).Concat(ours.Except(real).Select(line => "instead: " + line)));
        Assert.Equal(real, ours);
        Assert.Empty(sandbox.Complaints);
    }
}
