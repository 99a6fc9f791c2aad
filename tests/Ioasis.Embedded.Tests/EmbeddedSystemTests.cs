using Ioasis.Client;
using Ioasis.Client.Transports;

namespace Ioasis.Embedded.Tests;

public sealed class EmbeddedSystemTests
{
    [Fact]
    public void ADeviceThatDoesNotExistIsRefusedWithThoseThatDo()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new EmbeddedSystem("floppy"));
        Assert.Contains("dmatest", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APathThatDoesNotExistIsRefusedWithThoseThatDo()
    {
        using EmbeddedSystem system = new("edu");
        CallResult refused = system.Transport.Open("/dev/vfio/devices/vfio7");
        Assert.Equal(2, refused.Error);
        Assert.Contains("/dev/vfio/devices/vfio0", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void CallsOnADescriptorThatIsNotOpenAreRefused()
    {
        using EmbeddedSystem system = new("edu");
        int descriptor = (int)system.Transport.Open(Iommu.DevicePath).Value;
        system.Transport.Close(descriptor);
        system.Transport.Close(descriptor);
        Assert.Equal(9, system.Transport.Ioctl(descriptor, 0x3b81, new byte[12]).Error);
        Assert.Equal(9, system.Transport.Read(descriptor, 0, new byte[4]).Error);
        Assert.Equal(9, system.Transport.Write(0, 0, new byte[4]).Error);
    }

    [Fact]
    public void AnArgumentThatClaimsMoreBytesThanItHasNeverCrashes()
    {
        using EmbeddedSystem system = new("edu");
        int descriptor = (int)system.Transport.Open(Iommu.DevicePath).Value;
        byte[] argument = new byte[12];
        BitConverter.TryWriteBytes(argument, uint.MaxValue);
        Assert.NotEqual(0, system.Transport.Ioctl(descriptor, 0x3b81, argument).Error);
        Assert.Equal(14, system.Transport.Ioctl(descriptor, 0x3b81, []).Error);
        system.Transport.Close(descriptor);
    }

    [Fact]
    public void TwoSystemsKnowNothingOfEachOther()
    {
        using EmbeddedSystem first = new("edu"), second = new("edu");
        using Iommu iommu = Iommu.Open(first.Transport);
        Assert.Equal((1, 0), (first.OpenFiles, second.OpenFiles));
    }

    [Fact]
    public void AnIommuThatIsClosedDuringABindIsHeldUntilTheBindHasEnded()
    {
        using EmbeddedSystem system = new("dmatest");
        ITransport calls = system.Transport;
        for (int round = 0; round < 500; round++)
        {
            int iommu = (int)calls.Open(Iommu.DevicePath).Value, device = (int)calls.Open("/dev/vfio/devices/vfio0").Value;
            byte[] bind = new byte[16];
            BitConverter.TryWriteBytes(bind, 16);
            BitConverter.TryWriteBytes(bind.AsSpan(8), iommu);
            using Barrier start = new(2);
            Thread other = new(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                calls.Close(iommu);
            });
            other.Start();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            Assert.Contains(calls.Ioctl(device, 0x3b76, bind).Error, new[] { 0, 9 }); // bound, or EBADF
            other.Join();
            calls.Close(device);
            Assert.Equal((0, 0), (system.OpenFiles, system.Machine.System.OpenContexts));
        }
    }
}
