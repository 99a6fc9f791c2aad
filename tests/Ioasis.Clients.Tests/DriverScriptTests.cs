using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>The scripts by which people move devices between drivers, unmodified, without root: each sees what it did at once.</summary>
public sealed class DriverScriptTests
{
    private const string Address = "0000:00:10.0";

    /// <summary>Which driver the device has, for scripts.</summary>
    private const string Driver = $"driver() {{ basename \"$(readlink /sys/bus/pci/devices/{Address}/driver || echo none)\"; }}; ";

    [Fact]
    public void DpdkDevbindShowsBindsAndUnbinds()
    {
        Tools.SkipWithout("dpdk-devbind.py");
        Tools.SkipWithout("lspci");
        CommandResult result = Run(
            $"{Driver}dpdk-devbind.py --status; dpdk-devbind.py -b vfio-pci {Address}; driver; ls /dev/vfio/devices; "
            + $"dpdk-devbind.py --status; dpdk-devbind.py -u {Address}; driver; ls /dev/vfio/devices; dpdk-devbind.py -b nic {Address}; driver",
            "edu,class=0x020000,driver=nic", "edu");
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.StartsWith(Address, StringComparison.Ordinal) && line.Contains("drv=nic", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(Address, StringComparison.Ordinal) && line.Contains("drv=vfio-pci", StringComparison.Ordinal));
        Assert.Equal(["vfio-pci", "none", "nic"], lines.Where(line => line is "vfio-pci" or "none" or "nic"));
        Assert.Equal(["vfio0", "vfio1", "vfio0"], lines.Where(line => line.StartsWith("vfio", StringComparison.Ordinal) && line.Length == 5));
        Assert.True(result.Status == 0, result.ToString());
    }

    [Fact]
    public void DriverctlListsAndOverrides()
    {
        Tools.SkipWithout("driverctl");
        CommandResult result = Run(
            $"{Driver}set -e; driverctl list-devices; driverctl --nosave set-override {Address} vfio-pci; driver; driverctl list-overrides; "
            + $"driverctl --nosave unset-override {Address}; driver; driverctl list-devices",
            "edu,driver=nic");
        Assert.Equal([$"{Address} nic", "vfio-pci", $"{Address} vfio-pci", "nic", $"{Address} nic"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(result.Status == 0, result.ToString());
    }

    [Fact]
    public void LinuxsSelftestScriptsSetUpRunAndCleanUp()
    {
        CommandResult source = CommandLine.Run(Checkout.At("scripts", "kernel", "get-source.sh"));
        if (source.Status != 0)
            Assert.Skip($"the source of Linux cannot be had here: {source.Error.Trim().Split('\n')[^1]}");
        string scripts = Path.Combine(source.Output.Trim().Split('\n')[^1], "tools/testing/selftests/vfio/scripts");
        CommandResult result = Run(
            $"{Driver}export TMPDIR=$(mktemp -d); cd {scripts}; bash setup.sh {Address} && driver && bash run.sh echo with && bash cleanup.sh; driver; rmdir $TMPDIR",
            "edu,driver=nic");
        Assert.Equal(
            [
                $"+ echo \"{Address}\" > /sys/bus/pci/drivers/nic/unbind",
                $"+ echo \"vfio-pci\" > /sys/bus/pci/devices/{Address}/driver_override",
                $"+ echo \"{Address}\" > /sys/bus/pci/drivers/vfio-pci/bind",
                "vfio-pci",
                $"with {Address}",
                $"+ echo \"{Address}\" > /sys/bus/pci/drivers/vfio-pci/unbind",
                $"+ echo \"\" > /sys/bus/pci/devices/{Address}/driver_override",
                $"+ echo \"{Address}\" > /sys/bus/pci/drivers/nic/bind",
                "nic",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(result.Status == 0, result.ToString());
    }

    [Fact]
    public void AShellIsToldWhatIsWrong()
    {
        CommandResult result = Run(
            $"for one in drivers/vfio-pci/bind drivers/nic/unbind rescan; do echo {Address} > /sys/bus/pci/$one; done; "
            + "cat /sys/bus/pci/drivers/nic/bind; cat < /sys/bus/pci/drivers_autoprobe; "
            + $"cat /sys/bus/pci/devices/{Address}/resource0; exec 5> /sys/bus/pci/devices/{Address}/remove; cat <<< 1 >&5; exec 5>&-; ls /sys/bus/pci/devices; "
            + "one=/sys/bus/pci/devices/0000:00:11.0/driver_override; printf '%0300d' 0 > $one; wc -c < $one",
            "edu", "dmatest,driver=nic");
        Assert.Equal("1\n0000:00:11.0\n301\n", result.Output);
        string[] said = [.. result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..])];
        Assert.Equal(["Device or resource busy", "No such device", "Invalid argument", "Permission denied", "Operation not permitted"], said);
    }

    [Fact]
    public void ARemovalWaitsForTheClientThatHasTheDeviceOpen()
    {
        CommandResult result = Run(
            $"exec 9<> /dev/vfio/devices/vfio0; (echo 1 > /sys/bus/pci/devices/{Address}/remove; echo removed) 9>&- & "
            + "while [ -e /dev/vfio/devices/vfio0 ]; do sleep 0.1; done; echo asked; exec 9>&-; wait; ls /sys/bus/pci/devices; "
            + $"echo 1 > /sys/bus/pci/rescan; ls /sys/bus/pci/devices; {Driver}driver",
            "edu");
        Assert.Equal($"asked\nremoved\n{Address}\nvfio-pci\n", result.Output);
    }

    private static CommandResult Run(string script, params string[] devices) =>
        CommandLine.RunUnder([.. devices.SelectMany(device => new[] { "--device", device })], "bash", "-c", script);
}
