using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Machines;

/// <summary>A machine is made when a program first looks where one may have something, and not for what every program opens.</summary>
public sealed class LateMachineTests
{
    [Theory]
    [InlineData(": </dev/null >/dev/null", false)]
    [InlineData("echo x >/dev/stdout; : 2>/dev/stderr; test -c /dev/zero && test -e /dev/fd", false)]
    [InlineData("cat /sys/devices/system/cpu/online; ls -d /sys/fs /sys/devices/system", false)]
    [InlineData("ls /usr/include/sys; cat /proc/self/root/dev/null", false)]
    [InlineData("ls /dev", true)]
    [InlineData("test -e /dev/iommu", true)]
    [InlineData("test -e /dev/null/../vfio", true)]
    [InlineData("cd /sys/bus && ls pci/devices", true)]
    public void AMachineIsMadeForItsOwnPaths(string script, bool isNeeded)
    {
        using var sandbox = new MachineSandbox();
        using (ProgramRunner runner = sandbox.Start("/bin/sh", "-c", $"{{ {script}; }} 2>/dev/null"))
            runner.Wait();
        Assert.Equal(isNeeded, sandbox.IsNeeded);
        Assert.Empty(sandbox.Complaints);
    }
}
