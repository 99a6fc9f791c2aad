using Ioasis.Client.Devices;
using Ioasis.Client.Transports;

namespace Ioasis.Client.Tests.Transports;

public sealed class KernelTransportTests
{
    private static readonly KernelTransport s_kernel = KernelTransport.Instance;

    [Fact]
    public void WithoutAnIommuOpenSaysWhatIsMissing()
    {
        Assert.SkipWhen(File.Exists(Iommu.DevicePath), "this machine has a /dev/iommu");
        IommuException refused = Assert.Throws<IommuException>(() => Iommu.Open());
        Assert.Equal(("open", "/dev/iommu", "ENOENT"), (refused.Call, refused.Operands, refused.ErrnoName));
        Assert.Contains("CONFIG_IOMMUFD", refused.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<IOException>(refused);
    }

    [Fact]
    public void WhereLinuxTellsNoReasonTheMessageHasItsWords()
    {
        IommuException refused = Assert.Throws<IommuException>(() => VfioDevice.Open("/proc/self/no-such-device"));
        Assert.Null(refused.Reason);
        Assert.Equal("open(/proc/self/no-such-device): ENOENT: No such file or directory", refused.Message);
    }

    [Fact]
    public void AnotherDeviceKnowsNoneOfTheCalls()
    {
        using VfioDevice device = VfioDevice.Open("/dev/zero");
        IommuException refused = Assert.Throws<IommuException>(() => device.GetInfo());
        Assert.Equal(("VFIO_DEVICE_GET_INFO", "ENOTTY"), (refused.Call, refused.ErrnoName));
    }

    [Fact]
    public void DescriptorsAreReadWrittenAndClosed()
    {
        string path = Path.GetTempFileName();
        int descriptor = (int)s_kernel.Open(path).Value;
        Assert.Equal(4, s_kernel.Write(descriptor, 1ul << 33, [1, 2, 3, 4]).Value);
        byte[] into = new byte[8];
        Assert.Equal(3, s_kernel.Read(descriptor, (1ul << 33) + 1, into).Value);
        Assert.Equal([2, 3, 4, 0, 0, 0, 0, 0], into);
        s_kernel.Close(descriptor);
        File.Delete(path);
    }

    [Fact]
    public void ADescriptorOfItsOwnIsClosedOnce()
    {
        VfioDevice device = VfioDevice.Open("/dev/zero");
        int Count() => Directory.GetFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget == "/dev/zero");
        int open = Count();
        device.Dispose();
        device.Dispose();
        Assert.Equal(open - 1, Count());
    }

    [Fact]
    public void TheListOfDevicesIsThatOfSysfs()
    {
        string[] expected = Directory.Exists("/sys/bus/pci/devices")
            ? [.. Directory.GetDirectories("/sys/bus/pci/devices").Where(path => Directory.Exists(path + "/vfio-dev")).Select(path => Path.GetFileName(path)!).Order()]
            : [];
        Assert.Equal(expected, VfioDevice.List().Select(node => node.Address));
    }

    [Fact]
    public void ABufferNeedsNoIommu()
    {
        using DmaBuffer buffer = DmaBuffer.Allocate(1);
        Assert.Equal(0u, buffer.Address % (ulong)Environment.SystemPageSize);
        buffer.Span[0] = 1;
        Assert.Throws<ArgumentOutOfRangeException>(() => DmaBuffer.Allocate(0));
    }
}
