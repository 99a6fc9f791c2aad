using Ioasis.Engine.Memory;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Processes;

public sealed class RightsTests
{
    [Fact]
    public void EachProcessPaysForItselfAndUsersForAllTheirProcesses()
    {
        using var sandbox = new Sandbox();
        sandbox.Device.KeepsOwners = true;
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("rights"));
        bool waits = sandbox.Device.IsReached();
        sandbox.Device.Gate.Set();
        Assert.Equal(default, runner.Wait());
        Assert.True(waits, sandbox.Output);
        Assert.Equal("all as it should be\n", sandbox.Output);

        PinOwner[] owners = [.. sandbox.Device.Owners.Select(one => one.Owner)];
        Assert.Equal(3, owners.Distinct().Count());
        Assert.All(sandbox.Device.Owners, one => Assert.Equal(40960ul, one.Limit));
        Assert.Same(owners[0].User, owners[2].User);
        if (Environment.IsPrivilegedProcess)
            Assert.NotSame(owners[0].User, owners[1].User); // that one had become another user
    }
}
