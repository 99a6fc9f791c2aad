using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Paths;

/// <summary>What people and scripts type at the files of a machine.</summary>
public sealed class PathToolTests
{
    private const string Function = "/sys/bus/pci/devices/0000:00:10.0";

    [Theory]
    [InlineData("ls -l /dev/iommu | cut -c1", "c")]
    [InlineData("ls /dev | grep -c -x -e iommu -e vfio -e null", "3")]
    [InlineData("ls -f /dev | sort | uniq -d", "")]
    [InlineData("echo /dev/iom*", "/dev/iommu")]
    [InlineData("find /dev/vfio | sort", "/dev/vfio\n/dev/vfio/0\n/dev/vfio/1\n/dev/vfio/devices\n/dev/vfio/devices/vfio0\n/dev/vfio/devices/vfio1\n/dev/vfio/vfio")]
    [InlineData("find /dev -maxdepth 1 -name iommu -type c", "/dev/iommu")]
    [InlineData("test -c /dev/iommu && test ! -e /dev/vfio/none && test -d /dev/vfio && echo yes", "yes")]
    [InlineData("stat -c %F /dev/iommu", "character special file")]
    [InlineData("stat -f -c %t " + Function + "/vendor", "62656572")]
    [InlineData("realpath " + Function, "/sys/devices/pci0000:00/0000:00:10.0")]
    [InlineData("cd " + Function + " && pwd -P && cat vendor && ls | grep -x vendor && cat ../../../class/vfio-dev/vfio0/dev | wc -l",
        "/sys/devices/pci0000:00/0000:00:10.0\n0x1234\nvendor\n1")]
    [InlineData("cd /dev/vfio && ls && cd devices && /bin/pwd && cd ../.. && ls -d null && /bin/pwd", "0\n1\ndevices\nvfio\n/dev/vfio/devices\nnull\n/dev")]
    [InlineData("cd " + Function + "/.. && (cd 0000:00:10.0; cat device) && ls -d 0000:00:10.0", "0x11e8\n0000:00:10.0")]
    [InlineData("ls /sys/module | grep -x -e vfio_pci -e vfio", "vfio\nvfio_pci")]
    [InlineData("ls -d /sys/bus/pci/drivers/vfio-pci /sys/bus/pci/devices/0000:00:10.0 | wc -l; ls /sys/bus/pci/drivers | grep -x vfio-pci", "2\nvfio-pci")]
    [InlineData("ls /sys/class | grep -c -x -e iommu -e vfio-dev -e mem", "3")]
    [InlineData("cat /dev/vfio/../null", "")]
    [InlineData("ls -d /dev/vfio/devices/../../null", "/dev/vfio/devices/../../null")]
    [InlineData("cat /etc/passwd/../../dev/iommu 2>&1 | grep -o 'Not a directory'", "Not a directory")]
    [InlineData("d=$(mktemp -d); ln -s /dev/iommu $d/l; ln -s /sys/bus $d/b; test -c $d/l && exec 3<>$d/l && cat $d/b/pci/devices/0000:00:10.0/vendor; rm -r $d", "0x1234")]
    [InlineData("d=$(mktemp -d); tar -C /sys/devices/pci0000:00/0000:00:10.0 -cf - vendor device driver 2>/dev/null | tar -C $d -xf - && readlink $d/driver | grep -o vfio-pci; rm -r $d", "vfio-pci")]
    [InlineData("rm -f /dev/iommu 2>/dev/null || test -c /dev/iommu && echo there", "there")]
    [InlineData("mv /dev/iommu /dev/none 2>/dev/null; mkdir /dev/vfio/x 2>/dev/null; rm -r /sys/bus/pci 2>/dev/null; ls " + Function + "/vendor", Function + "/vendor")]
    public void ToolsFindWhatTheyFindOnLinux(string script, string output)
    {
        Skip.WithoutTracing();
        Assert.Equal(output, Run(script));
    }

    [Fact]
    public void ACopyOfANodeIsANodeAndOpensOurs()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root makes device nodes");
        string output = Run(
            "d=$(mktemp -d); cp -a /dev/iommu $d/copy && mknod $d/made c $(stat -c '0x%t 0x%T' /dev/iommu) && test -c $d/copy"
            + " && exec 3<>$d/copy 4<>$d/made && readlink /proc/self/fd/3 /proc/self/fd/4; rm -r $d");
        Assert.SkipWhen(output.Contains("not permitted", StringComparison.Ordinal), "nor does root here");
        Assert.Equal("/dev/iommu\n/dev/iommu", output);
    }

    [Fact]
    public void TheHostsDriversAreListedBesideOursAndItsFunctionsAreNot()
    {
        const string Drivers = "/sys/bus/pci/drivers";
        Assert.Equal("0000:00:10.0\n0000:00:11.0", Run("ls /sys/bus/pci/devices"));
        Assert.SkipUnless(Directory.Exists(Drivers), "this host has no PCI bus");
        IEnumerable<string> host = Directory.EnumerateFileSystemEntries(Drivers).Select(path => Path.GetFileName(path)!);
        Assert.Equal(host.Append("vfio-pci").Distinct().Order(StringComparer.Ordinal), Run("ls -U " + Drivers).Split('\n').Order(StringComparer.Ordinal));
    }

    /// <summary>A mount point with nothing on it takes no position above 2: the listing must come to its end all the same.</summary>
    [Fact]
    public void OurEntriesOfAnEmptyDirectoryOfTheHostAreListedOnce()
    {
        using var sandbox = new MachineSandbox(["mock"], []);
        using (ProgramRunner runner = sandbox.Start("timeout", "20", "ls", "-f", "/sys/kernel/debug"))
            runner.Wait();
        string[] names = sandbox.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(names.Distinct(), names);
        Assert.Contains("failslab", names);
    }

    [Fact]
    public void UdevFindsOurDevicesBesideTheHosts()
    {
        Skip.Without("udevadm");
        string output = Run(
            "udevadm info --query=path " + Function + "; udevadm info --query=path --name=/dev/iommu; udevadm info --export-db | grep -c -e '^P: .*0000:00:10.0$' -e '^P: /devices/virtual/mem/null$'");
        Assert.Equal("/devices/pci0000:00/0000:00:10.0\n/devices/virtual/misc/iommu\n2", output);
    }

    private static string Run(string script)
    {
        using var sandbox = new MachineSandbox();
        using (ProgramRunner runner = sandbox.Start("sh", "-c", script))
            runner.Wait();
        Assert.Empty(sandbox.Complaints);
        return sandbox.Output.TrimEnd('\n');
    }
}
