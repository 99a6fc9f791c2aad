using Ioasis.Engine.Reasons;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Files;

/// <summary>Calls that no filter could see rightly: low numbers, rings, 32-bit callers. Right, or refused aloud; never wrong in silence.</summary>
public sealed class NumberTests
{
    private const int Skipped = 77;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADescriptorThatIsMovedOrPassedIsRightOrFails(bool any)
    {
        using var sandbox = new Sandbox();
        var options = new ProgramOptions(CPrograms.Find("low"), any ? ["any"] : []) { AnyDescriptor = any };
        using (ProgramRunner runner = sandbox.Start(options))
            Assert.Equal(default, runner.Wait());
        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.Equal(!any, sandbox.Explanations.Any(line => line.Reason.Contains("--any-descriptor", StringComparison.Ordinal)));
        Assert.Equal((0, sandbox.Device.Opens), (sandbox.Device.DoubleReleases, sandbox.Device.Releases));
    }

    [Fact]
    public void RingsAreRefusedWithALine()
    {
        using var sandbox = new Sandbox();
        Assert.Equal("refused\n", sandbox.Succeed(CPrograms.Find("rings")));
        Assert.Contains("--allow-io-uring", Assert.Single(sandbox.Explanations).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void RingsThatAreAskedForAreTheKernels()
    {
        using var sandbox = new Sandbox();
        using (ProgramRunner runner = sandbox.Start(new ProgramOptions(CPrograms.Find("rings"), ["allowed"]) { AllowIoUring = true }))
            Assert.Equal(default, runner.Wait());
        Assert.Empty(sandbox.Explanations);
    }

    [Fact]
    public void ThirtyTwoBitCallsThatReachADeviceAreRefusedAndOthersAreNot()
    {
        using var sandbox = new Sandbox();
        ProgramEnd end = sandbox.Run(CPrograms.Find("foreign"));
        Assert.SkipWhen(end == new ProgramEnd(Skipped, false), sandbox.Output);
        Assert.Equal(("all as it should be\n", default), (sandbox.Output, end));
        Assert.All(sandbox.Explanations.Where(line => line.Errno != ErrnoCode.None), line => Assert.Contains("64-bit programs only", line.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void KvmsPseudoDeviceTakesADeviceOfOurs()
    {
        using var sandbox = new Sandbox();
        ProgramEnd end = sandbox.Run(CPrograms.Find("kvm"));
        Assert.SkipWhen(end == new ProgramEnd(Skipped, false), sandbox.Output);
        Assert.Equal(("all as it should be\n", default), (sandbox.Output, end));
        Assert.Contains("posts no interrupts", Assert.Single(sandbox.Explanations).Reason, StringComparison.Ordinal);
    }
}
