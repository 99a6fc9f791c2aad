using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Launch;

/// <summary>Programs that nobody wrote for us.</summary>
public sealed class OrdinaryProgramTests
{
    [Theory]
    [InlineData("stat -c '%F %a %t:%T' /dev/iommu /dev/vfio/devices/vfio0", "character special file 660 a:7c\ncharacter special file 660 1ff:12c\n")]
    [InlineData("ls /sys/bus/pci/devices", "0000:00:10.0\n")]
    [InlineData("readlink -f /sys/bus/pci/devices/0000:00:10.0/subsystem", "/sys/bus/pci\n")]
    [InlineData("cat /sys/bus/pci/devices/*/vendor", "0x1234\n")]
    [InlineData("cd / && cat sys/bus/pci/devices/../devices/0000:00:10.0/vfio-dev/vfio0/dev", "511:300\n")]
    [InlineData("find /dev/vfio -type c", "/dev/vfio/devices/vfio0\n")]
    [InlineData("find /sys/bus/pci -name vendor -o -type l", "/sys/bus/pci/devices/0000:00:10.0\n")]
    [InlineData("test -c /dev/iommu && test -r /dev/iommu && test -w /dev/iommu && test ! -x /dev/iommu && echo yes", "yes\n")]
    [InlineData("exec 3<>/dev/iommu; readlink /proc/$$/fd/3; test -c /proc/self/fd/3 && echo device", "/dev/iommu\ndevice\n")]
    [InlineData("echo text > /dev/vfio/no-such || echo refused", "refused\n")]
    [InlineData("ls /dev/iommu /no-such 2>/dev/null; echo $?", "/dev/iommu\n2\n")]
    public void CommandsSeeTheDevices(string script, string expected)
    {
        using var sandbox = new Sandbox();
        string output = sandbox.Shell($"{{ {script}; }} 2>/dev/null");
        Assert.Equal(expected, output);
    }

    [Theory]
    [InlineData("busybox", "stat -c %F /dev/iommu", "character special file\n")]
    [InlineData("busybox", "ls /dev/vfio/devices", "vfio0\n")]
    public void StaticProgramsToo(string program, string arguments, string expected)
    {
        Skip.Without(program);
        using var sandbox = new Sandbox();
        Assert.Equal(expected, sandbox.Succeed(program, arguments.Split(' ')));
    }

    [Fact]
    public void PythonUsesTheDevice()
    {
        Skip.Without("python3");
        const string Script = """
            import fcntl, os, select, stat, struct, subprocess
            fd = os.open('/dev/iommu', os.O_RDWR)
            assert stat.S_ISCHR(os.fstat(fd).st_mode) and os.fstat(fd).st_rdev == os.stat('/dev/iommu').st_rdev == os.makedev(10, 124)
            word = bytearray(struct.pack('Q', 41))
            fcntl.ioctl(fd, 0x3B01, word)
            assert struct.unpack('Q', word) == (42,)
            assert os.pwrite(fd, b'python', 1 << 40) == 6 and os.pread(fd, 6, 1 << 40) == b'python'
            assert os.listdir('/dev/vfio/devices') == ['vfio0'] and os.path.realpath('/sys/bus/pci/devices/0000:00:10.0').endswith('/0000:00:10.0')
            assert select.select([fd], [], [], 0)[0] == [fd]
            assert [e.name for e in os.scandir('/dev/vfio/devices') if not e.is_file()] == ['vfio0']
            os.set_inheritable(fd, True)
            assert subprocess.run(['test', '-c', '/proc/self/fd/%d' % fd], close_fds=False).returncode == 0
            print('done')
            """;
        using var sandbox = new Sandbox();
        Assert.Equal("done\n", sandbox.Succeed("python3", "-c", Script));
    }
}
