using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Files;

/// <summary>Descriptors that ioctls make, as programs use and misuse them.</summary>
public sealed class QueueTests
{
    [Theory]
    [InlineData("works")]
    [InlineData("full")]
    [InlineData("storm")]
    public void QueuesHaveDescriptorsLikeAnyOther(string mode)
    {
        using var sandbox = new MachineSandbox(["mock"], []);
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("queues"), mode);
        ProgramEnd end = runner.Wait();
        Assert.True(end == default, $"{end}\n{sandbox.Output}{string.Join('\n', sandbox.Explanations)}");
        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.Empty(sandbox.Complaints);
        Assert.True(runner.Counters.IsZero, runner.Counters.ToString());
        Assert.Equal(0, sandbox.Machine.System.OpenContexts);
    }
}
