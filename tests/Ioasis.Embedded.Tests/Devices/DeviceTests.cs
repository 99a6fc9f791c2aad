using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Client.Transports;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Devices;

public sealed class DeviceTests
{
    [Fact]
    public void DevicesAreListedByAddress()
    {
        using EmbeddedSystem system = new("dmatest,address=00:1f.0", "edu,address=00:02.0");
        Assert.Equal(
            [
                new VfioNode("0000:00:02.0", 0x1234, 0x11e8, "/dev/vfio/devices/vfio1"),
                new VfioNode("0000:00:1f.0", 0x1234, 0x11e9, "/dev/vfio/devices/vfio0"),
            ],
            VfioDevice.List(system.Transport));
    }

    [Theory]
    [InlineData("0000:00:10.0")]
    [InlineData("00:10.0")]
    [InlineData("/dev/vfio/devices/vfio0")]
    public void ADeviceOpensByAddressAndByPath(string name)
    {
        using EmbeddedSystem system = new("edu");
        using VfioDevice device = VfioDevice.Open(name, system.Transport);
        Assert.Equal("/dev/vfio/devices/vfio0", device.Path);
    }

    [Fact]
    public void AnAddressWithoutADeviceIsRefusedWithThoseThatThereAre()
    {
        using EmbeddedSystem system = new("edu");
        IommuException refused = Assert.Throws<IommuException>(() => VfioDevice.Open("00:1e.0", system.Transport));
        Assert.Equal("ENODEV", refused.ErrnoName);
        Assert.Contains("0000:00:10.0", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigurationSpaceAndRegionsAreThoseOfTheModel()
    {
        using Rig rig = new();
        Assert.Equal(0x11e91234u, rig.Device.Config.Read<uint>(0));
        Assert.Equal(4096u, rig.Device.Region(0).Size);
        Assert.True(rig.Device.Region(0).CanRead && rig.Device.Region(0).CanWrite);
        Assert.Equal(0u, rig.Device.Region(5).Size);
        Assert.True(rig.Device.GetInfo() is { IsPci: true, Regions: 9, Interrupts: 5 });
        Assert.Equal((0, 0, 4), (rig.Device.CountInterrupts(InterruptKind.Intx), rig.Device.CountInterrupts(InterruptKind.Msi),
            rig.Device.CountInterrupts(InterruptKind.Msix)));

        Span<byte> bytes = stackalloc byte[4];
        rig.Device.Region(0).Write(0, [1, 2, 3, 4]);
        rig.Device.Region(0).Read(0, bytes);
        Assert.Equal([1, 2, 3, 4], bytes.ToArray());
    }

    [Fact]
    public void AnAccessBeyondARegionIsRefusedAndNotCutShort()
    {
        using Rig rig = new();
        IommuException refused = Assert.Throws<IommuException>(() => rig.Device.Region(0).Read<uint>(8192));
        Assert.Equal("pread", refused.Call);
        Assert.NotNull(refused.Reason);
        Assert.Contains("only 4 bytes", Assert.Throws<IommuException>(() => rig.Device.Region(0).Read<ulong>(4092)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeviceBelongsToOneIommuAtATime()
    {
        using Rig rig = new();
        using Iommu other = Iommu.Open(rig.System.Transport);
        using VfioDevice again = other.OpenDevice("00:10.0");
        IommuException refused = Assert.Throws<IommuException>(() => again.Bind(other));
        Assert.Equal(("VFIO_DEVICE_BIND_IOMMUFD", "EINVAL"), (refused.Call, refused.ErrnoName));
        Assert.Contains("bound already", refused.Reason, StringComparison.Ordinal);
        rig.Device.Dispose();
        again.Bind(other);
        Assert.Equal(other, again.Iommu);
    }

    [Fact]
    public void NothingButBindWorksBeforeBind()
    {
        using EmbeddedSystem system = new("dmatest");
        using VfioDevice device = VfioDevice.Open("00:10.0", system.Transport);
        Assert.Contains("not bound", Assert.Throws<IommuException>(() => device.Config).Reason, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => device.Id);
        using Iommu iommu = Iommu.Open(system.Transport);
        using AddressSpace space = iommu.AllocateAddressSpace();
        IommuException refused = Assert.Throws<IommuException>(() => device.Attach(space));
        Assert.Equal(("VFIO_DEVICE_ATTACH_IOMMUFD_PT", "EINVAL"), (refused.Call, refused.ErrnoName));
        Assert.Contains("not bound", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefusedBeforeAnyCall()
    {
        using Rig rig = new();
        using EmbeddedSystem strange = new("dmatest");
        using Iommu strangeIommu = Iommu.Open(strange.Transport), other = Iommu.Open(rig.System.Transport);
        using AddressSpace space = other.AllocateAddressSpace();
        using VfioDevice device = strangeIommu.OpenDevice("00:10.0");
        Assert.Throws<ArgumentException>(() => device.Bind(rig.Iommu));
        Assert.Throws<ArgumentException>(() => rig.Device.Attach(space));
        Assert.Throws<ArgumentException>(() => rig.Space.CopyFrom(space, 0, 4096));
    }
}
