using Ioasis.Engine.Failures;
using Ioasis.Dispatch.Files;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Failures;

/// <summary>Failure injection as programs see it, and granted capabilities.</summary>
public sealed class FailureTests
{
    [Fact]
    public void ThreadsHaveCountdownsAndStatusTellsWhatIsPinned()
    {
        using var sandbox = new MachineSandbox(["mock"], []);
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("failures"));
        ProgramEnd end = runner.Wait();
        Assert.True(end == default, $"{end}: {sandbox.Output}");
        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.Empty(sandbox.Complaints);
        Assert.Equal(default, runner.Counters);
    }

    [Theory]
    [InlineData(1u, "cannot open")]
    [InlineData(1000u, "opened")]
    public void ACountdownOfTheWholeRunCountsForAllOfIt(uint nth, string output)
    {
        using var sandbox = new MachineSandbox();
        string fired = "";
        FailureCountdown countdown = new() { Left = nth, Fired = place => fired = place };
        const string Script = "if true < /dev/iommu; then echo opened; else echo cannot open; fi 2>/dev/null";
        using (ProgramRunner runner = sandbox.Start(new ProgramOptions("/bin/sh", ["-c", Script]) { FailNth = countdown }))
            Assert.Equal(default, runner.Wait());
        Assert.Equal(output + "\n", sandbox.Output);
        Assert.Equal(countdown.Left == 0, fired == "open file");
        Assert.True(countdown.Left < nth);
    }

    [Fact]
    public void AGrantedCapabilityCountsAndOthersDoNot()
    {
        using var sandbox = new Sandbox();
        using (ProgramRunner runner = sandbox.Start(new ProgramOptions(CPrograms.Find("granted"), []) { Granted = [Capability.SysResource] }))
            Assert.Equal(default, runner.Wait());
        Assert.Equal("all as it should be\n", sandbox.Output);
    }
}
