using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Paths;

public sealed class PathCallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PathCallsSeeTheTreeAndTheHost(bool isStatic)
    {
        using var sandbox = new Sandbox();
        Assert.Equal("all as it should be\n", sandbox.Succeed(CPrograms.Find("paths", isStatic)));
        Assert.Equal((0, sandbox.Device.Opens), (sandbox.Device.DoubleReleases, sandbox.Device.Releases));
    }
}
