using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Memory;

/// <summary>Memory that its owner never delivers: nobody else waits for it, and the device behind which it is mapped is free when it is closed.</summary>
public sealed class LateMemoryTests
{
    [Theory]
    [InlineData("uffd")]
    [InlineData("fuse")]
    public void OthersAreServedAndGetTheDevice(string kind)
    {
        const int NotPermitted = 77;
        Skip.Without("gcc");
        using var sandbox = new MachineSandbox();
        ProgramEnd end;
        using (ProgramRunner runner = sandbox.Start(CPrograms.Shared("late"), kind))
            end = runner.Wait();
        Assert.SkipWhen(end.Status == NotPermitted, sandbox.Output);
        Assert.Equal("served\n", sandbox.Output);
        Assert.Empty(sandbox.Complaints);
    }
}
