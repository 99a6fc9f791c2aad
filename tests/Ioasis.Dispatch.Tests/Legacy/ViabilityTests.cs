using System.Text;
using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Engine.Reasons.ErrnoCode;

namespace Ioasis.Dispatch.Tests.Legacy;

/// <summary>A group is for clients only when no driver does DMA with a member of it, and the other way round.</summary>
public sealed class ViabilityTests : IDisposable
{
    private const string Other = "0000:00:11.0";
    private readonly LegacyBench _bench = new(devices: ["edu,group=3", "edu,group=3,driver=nic"]);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_group_with_a_member_on_another_driver_is_not_viable()
    {
        int group = _bench.Open("/dev/vfio/3"), container = _bench.Open("/dev/vfio/vfio");
        Assert.Equal((None, (vfio_group_flags)0), Status(group));
        Assert.Equal(EPERM, _bench.SetContainer(group, container));
        Assert.Equal(ReasonCode.GroupNotViable, _bench.Why);
        Assert.Contains("nic with 0000:00:11.0", _bench.Caller.Why.ToString(), StringComparison.Ordinal);

        Assert.Equal(None, Write("drivers/nic/unbind", Other));
        Assert.Equal((None, vfio_group_flags.VFIO_GROUP_FLAGS_VIABLE), Status(group));
        Assert.Equal(None, _bench.SetContainer(group, container));

        Assert.Equal(EBUSY, Write("drivers/nic/bind", Other));
        Assert.Equal(ReasonCode.DriverGroupOwned, _bench.Why);
    }

    [Fact]
    public void Binding_by_path_finds_it_too()
    {
        int device = _bench.Open("/dev/vfio/devices/vfio0"), iommufd = _bench.Open("/dev/iommu");
        vfio_device_bind_iommufd bind = new() { argsz = 24, iommufd = iommufd };
        Assert.Equal(EPERM, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        Assert.Equal(ReasonCode.GroupNotViable, _bench.Why);
    }

    [Fact]
    public void A_group_whose_devices_have_gone_is_of_no_use()
    {
        int group = _bench.Open("/dev/vfio/3"), container = _bench.Open("/dev/vfio/vfio");
        Assert.Equal(None, Write("drivers/nic/unbind", Other));
        Assert.Equal(None, _bench.SetContainer(group, container));
        Assert.Equal(None, Write("drivers/vfio-pci/unbind", "0000:00:10.0"));
        Assert.Equal(ENODEV, Status(group).Errno);
        Assert.Equal(ENODEV, _bench.SetContainer(group, container));
        Assert.Equal(ENODEV, _bench.GetDevice(group, "0000:00:10.0", out _));
        Assert.Equal(None, Write("drivers/nic/bind", Other));
        _bench.Close(group);
        _bench.Close(container);
    }

    private (ErrnoCode Errno, vfio_group_flags Flags) Status(int group)
    {
        vfio_group_status status = new() { argsz = 8 };
        ErrnoCode errno = _bench.Call(group, VFIO_GROUP_GET_STATUS, ref status);
        return (errno, status.flags);
    }

    private ErrnoCode Write(string file, string text)
    {
        Task? pending = null;
        var attribute = Assert.IsType<AttributeEntry>(_bench.Machine.Tree.Find($"/sys/bus/pci/{file}"));
        return attribute.Store!(Encoding.ASCII.GetBytes(text), ref _bench.Caller.Why, ref pending).Code;
    }
}
