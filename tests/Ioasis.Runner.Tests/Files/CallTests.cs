using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Files;

public sealed class CallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CallsOnADescriptorDoWhatTheyDoOnLinux(bool isStatic)
    {
        using var sandbox = new Sandbox();
        ProgramEnd end = sandbox.Run(CPrograms.Find("calls", isStatic));
        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.Equal(default, end);
        Assert.Equal((0, sandbox.Device.Opens), (sandbox.Device.DoubleReleases, sandbox.Device.Releases));
        // The device that threw is reported, once and loudly.
        string complaint = Assert.Single(sandbox.Complaints);
        Assert.Contains("a defect in a device model", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void NumbersAreGivenAndTakenBackWithinTheProgramsLimits()
    {
        using var sandbox = new Sandbox();
        Assert.Equal("all as it should be\n", sandbox.Succeed(CPrograms.Find("limits")));
        Assert.Equal((0, sandbox.Device.Opens), (sandbox.Device.DoubleReleases, sandbox.Device.Releases));
    }

    [Fact]
    public void ACallThatWaitsHoldsUpNobodyElse()
    {
        using var sandbox = new Sandbox();
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("waits"));
        bool served = SpinWait.SpinUntil(() => sandbox.Device.Counted == 1, TimeSpan.FromSeconds(30));
        sandbox.Device.Gate.Set();
        Assert.Equal(default, runner.Wait());
        Assert.True(served, sandbox.Output);
        Assert.Equal("all as it should be\n", sandbox.Output);
    }

    [Fact]
    public void CallsAllocateNothingInSteadyState()
    {
        const int Calls = 4 * 5000, Noise = 64 * 1024; // what the test's own threads allocate meanwhile
        using var sandbox = new Sandbox();
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("loop"));
        Assert.True(sandbox.Device.IsReached(), sandbox.Output);
        sandbox.Device.Waiting.Reset();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        sandbox.Device.Gate.Set();
        Assert.True(sandbox.Device.IsReached(), sandbox.Output);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(default, runner.Wait());
        Assert.True(allocated < Noise, $"{allocated} bytes in {Calls} calls");
    }
}
