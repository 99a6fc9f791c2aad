using Ioasis.Runner.Launch;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Launch;

public sealed class ProgramTests
{
    [Fact]
    public void TheExitStatusIsTheProgramsOwn()
    {
        using var sandbox = new Sandbox();
        Assert.Equal(new ProgramEnd(7, false), sandbox.Run("/bin/sh", "-c", "exit 7"));
    }

    [Fact]
    public void ASignalThatKillsTheProgramIsReported()
    {
        using var sandbox = new Sandbox();
        Assert.Equal(new ProgramEnd(15, true), sandbox.Run("/bin/sh", "-c", "kill -TERM $$"));
    }

    [Fact]
    public void AProgramIsLookedUpInThePath()
    {
        using var sandbox = new Sandbox();
        Assert.Equal("hello\n", sandbox.Succeed("echo", "hello"));
    }

    [Fact]
    public void AProgramThatDoesNotExistIsAnError()
    {
        using var sandbox = new Sandbox();
        Assert.Equal(2, Assert.Throws<LaunchException>(() => sandbox.Run("/no/such/program")).Error);
    }

    [Fact]
    public void WhatAProgramLeavesBehindIsServedToItsEnd()
    {
        using var sandbox = new Sandbox();
        string output = sandbox.Shell("(sleep 0.2; cat /sys/bus/pci/devices/0000:00:10.0/vendor) & exit 0");
        Assert.Equal("0x1234\n", output);
    }
}
