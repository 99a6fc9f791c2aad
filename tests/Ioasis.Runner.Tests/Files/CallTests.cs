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
}
