using Ioasis.Devices.Machines;
using Ioasis.Engine.Reasons;
using static Ioasis.Devices.Tests.Drivers.DriverBench;
using static Ioasis.Engine.Reasons.ErrnoCode;

namespace Ioasis.Devices.Tests.Drivers;

/// <summary>The files by which set-up scripts move devices, errno for errno as drivers/base and drivers/pci of Linux 7.3 give them.</summary>
public sealed class DriverFilesTests
{
    [Fact]
    public void A_device_that_is_unbound_has_no_driver_and_no_node()
    {
        using DriverBench bench = new("edu", "dmatest");
        Assert.Equal("vfio-pci", bench.DriverOf(First));
        Assert.Equal(None, bench.Write(Driver("vfio-pci", "unbind"), First + "\n"));
        Assert.True(bench.Pending!.IsCompleted);
        Assert.Equal("", bench.DriverOf(First));
        foreach (string gone in new[]
        {
            "/dev/vfio/0", "/dev/vfio/devices/vfio0", "/sys/class/vfio/0", "/sys/class/vfio-dev/vfio0", "/dev/char/511:0", "/sys/dev/char/511:0",
            Device(First, "vfio-dev"), Driver("vfio-pci", First),
        })
            Assert.False(bench.Has(gone), gone);
        Assert.True(bench.Has(Device(First, "iommu_group")));
        Assert.True(bench.Has("/dev/vfio/1"));
        Assert.DoesNotContain("DRIVER=", bench.Text(Device(First, "uevent")), StringComparison.Ordinal);

        Assert.Equal(None, bench.Write(Driver("vfio-pci", "bind"), First));
        Assert.Equal("vfio-pci", bench.DriverOf(First));
        Assert.True(bench.Has("/dev/vfio/0"));
        Assert.True(bench.Has(Device(First, "vfio-dev/vfio0")));
        Assert.StartsWith("DRIVER=vfio-pci\nPCI_CLASS=", bench.Text(Device(First, "uevent")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_lowest_free_number_is_given()
    {
        using DriverBench bench = new("edu", "edu", "edu,driver=none");
        Assert.Equal(None, bench.Write(Driver("vfio-pci", "unbind"), First));
        Assert.Equal(None, bench.Write(Device("0000:00:12.0", "driver_override"), "vfio-pci\n"));
        Assert.Equal(None, bench.Write($"{Bus}/drivers_probe", "0000:00:12.0"));
        Assert.True(bench.Has(Device("0000:00:12.0", "vfio-dev/vfio0")));
        Assert.Equal(None, bench.Write($"{Bus}/drivers_probe", First));
        Assert.True(bench.Has(Device(First, "vfio-dev/vfio2")));
        Assert.Equal("511:2\n", bench.Text("/sys/class/vfio-dev/vfio2/dev"));
    }

    [Theory]
    [InlineData("unbind", "0000:00:12.0", ENODEV, ReasonCode.NoSuchDeviceOnBus)]
    [InlineData("unbind", "0000:00:10.0 ", ENODEV, ReasonCode.NoSuchDeviceOnBus)]
    [InlineData("unbind", "0000:00:11.0", ENODEV, ReasonCode.DeviceOnOtherDriver)]
    [InlineData("bind", "0000:00:10.0", EBUSY, ReasonCode.DriverBusy)]
    [InlineData("bind", "0000:00:11.0", ENODEV, ReasonCode.DriverNotMatching)]
    [InlineData("bind", "", ENODEV, ReasonCode.NoSuchDeviceOnBus)]
    [InlineData("new_id", "1234", EINVAL, ReasonCode.DeviceIdInvalid)]
    [InlineData("new_id", "0x1234 zz", EINVAL, ReasonCode.DeviceIdInvalid)]
    [InlineData("remove_id", "1234 11e9", ENODEV, ReasonCode.DeviceIdUnknown)]
    [InlineData("remove_id", "\n", EINVAL, ReasonCode.DeviceIdInvalid)]
    public void Mistakes_have_linux_errnos(string file, string text, ErrnoCode errno, ReasonCode reason)
    {
        using DriverBench bench = new("edu", "dmatest,driver=nic");
        Assert.Equal(errno, bench.Write(Driver("vfio-pci", file), text));
        Assert.Equal(reason, bench.Why.Code);
    }

    [Fact]
    public void An_override_decides_alone()
    {
        using DriverBench bench = new("edu,driver=nic", "dmatest,driver=other");
        Assert.Equal("nic", bench.DriverOf(First));
        Assert.Equal("(null)\n", bench.Text(Device(First, "driver_override")));
        Assert.Equal(None, bench.Write(Driver("nic", "unbind"), First));
        Assert.Equal(None, bench.Write(Device(First, "driver_override"), "other\n"));
        Assert.Equal("other\n", bench.Text(Device(First, "driver_override")));
        Assert.Equal(ENODEV, bench.Write(Driver("nic", "bind"), First));
        Assert.Equal(None, bench.Write($"{Bus}/drivers_probe", First));
        Assert.Equal("other", bench.DriverOf(First));

        Assert.Equal(None, bench.Write(Driver("other", "unbind"), First));
        Assert.Equal(None, bench.Write(Device(First, "driver_override"), "\n"));
        Assert.Equal("(null)\n", bench.Text(Device(First, "driver_override")));
        Assert.Equal(None, bench.Write($"{Bus}/drivers_probe", First));
        Assert.Equal("nic", bench.DriverOf(First));
        Assert.Equal(EINVAL, bench.Write(Device(First, "driver_override"), new string('x', 4095)));
    }

    [Fact]
    public void A_new_id_takes_devices_without_a_driver()
    {
        using DriverBench bench = new("edu,driver=none", "dmatest,driver=nic");
        Assert.Equal(None, bench.Write(Driver("vfio-pci", "new_id"), "1234 11e8\n"));
        Assert.Equal("vfio-pci", bench.DriverOf(First));
        Assert.Equal(EEXIST, bench.Write(Driver("vfio-pci", "new_id"), "1234 11e8"));
        Assert.Equal(EEXIST, bench.Write(Driver("nic", "new_id"), "0x1234 0x11e9"));
        Assert.Equal(None, bench.Write(Driver("vfio-pci", "new_id"), "1234 11e9"));
        Assert.Equal("nic", bench.DriverOf(Second));
        Assert.Equal(None, bench.Write(Driver("vfio-pci", "remove_id"), "1234 11e8"));
        Assert.Equal("vfio-pci", bench.DriverOf(First));
        Assert.Equal(None, bench.Write(Driver("vfio-pci", "unbind"), First));
        Assert.Equal(ENODEV, bench.Write(Driver("vfio-pci", "bind"), First));
    }

    [Fact]
    public void A_removed_device_comes_back_fresh()
    {
        using DriverBench bench = new("edu", "dmatest");
        Assert.Equal(None, bench.Write(Device(First, "driver_override"), "nothing"));
        Assert.Equal(EINVAL, bench.Write(Device(First, "remove"), "yes"));
        Assert.Equal(None, bench.Write(Device(First, "remove"), "0"));
        Assert.True(bench.Has(Device(First, "vendor")));
        AttributeEntry stale = (AttributeEntry)bench.Machine.Tree.Find("/sys/devices/pci0000:00/0000:00:10.0/enable")!;

        Assert.Equal(None, bench.Write(Device(First, "remove"), "1\n"));
        Assert.DoesNotContain(bench.Machine.Tree.Entries, entry => entry.Path.Contains(First, StringComparison.Ordinal));
        Assert.False(bench.Has("/sys/kernel/iommu_groups/0"));
        Assert.Equal(ENODEV, bench.Write(Driver("vfio-pci", "bind"), First));
        Assert.True(bench.Machine.Functions[0].HasVanished);

        Assert.Equal(None, bench.Write($"{Bus}/rescan", "1"));
        Assert.Equal("vfio-pci", bench.DriverOf(First));
        Assert.Equal("(null)\n", bench.Text(Device(First, "driver_override")));
        Assert.True(bench.Has("/sys/kernel/iommu_groups/0/reserved_regions"));
        Assert.True(bench.Has("/dev/vfio/devices/vfio0"));
        Assert.False(bench.Machine.Functions[0].HasVanished);
        Assert.NotSame(stale, bench.Machine.Tree.Find(stale.Path));
    }

    [Fact]
    public void Without_autoprobe_a_found_device_waits_for_its_driver()
    {
        using DriverBench bench = new("edu,driver=nic");
        Assert.Equal("1\n", bench.Text($"{Bus}/drivers_autoprobe"));
        Assert.Equal(None, bench.Write($"{Bus}/drivers_autoprobe", "0"));
        Assert.Equal(None, bench.Write(Device(First, "remove"), "1"));
        Assert.Equal(None, bench.Write($"{Bus}/rescan", "0x1"));
        Assert.Equal("", bench.DriverOf(First));
        Assert.Equal(None, bench.Write(Driver("nic", "bind"), First));
    }

    [Theory]
    [InlineData("numa_node", "0", None, "0\n")]
    [InlineData("numa_node", "1", EINVAL, "-1\n")]
    [InlineData("msi_bus", "0", None, "0\n")]
    [InlineData("broken_parity_status", "7", None, "1\n")]
    [InlineData("d3cold_allowed", "no", EINVAL, "1\n")]
    [InlineData("power/control", "on", None, "on\n")]
    [InlineData("power/control", "off", EINVAL, "auto\n")]
    [InlineData("enable", "1", EBUSY, "0\n")]
    [InlineData("reset_method", "flr", None, "flr\n")]
    [InlineData("reset_method", "bus", EINVAL, "flr\n")]
    [InlineData("reset", "2", EINVAL, null)]
    [InlineData("reset", "1", None, null)]
    [InlineData("uevent", "add", None, null)]
    [InlineData("uevent", "shout", EINVAL, null)]
    public void Settings_are_kept_and_checked(string file, string text, ErrnoCode errno, string? then)
    {
        using DriverBench bench = new("edu");
        Assert.Equal(errno, bench.Write(Device(First, file), text + "\n"));
        if (then is not null)
            Assert.Equal(then, bench.Text(Device(First, file)));
    }

    [Fact]
    public void A_device_without_a_driver_can_be_enabled_and_one_without_a_method_is_not_reset()
    {
        using DriverBench bench = new("edu,driver=none");
        Assert.Equal(EIO, bench.Write(Device(First, "enable"), "0"));
        Assert.Equal(None, bench.Write(Device(First, "enable"), "1"));
        Assert.Equal("1\n", bench.Text(Device(First, "enable")));
        Assert.Equal(None, bench.Write(Device(First, "reset_method"), "\n"));
        Assert.Equal(ENOTTY, bench.Write(Device(First, "reset"), "1"));
    }

    [Theory]
    [InlineData("edu,driver=", "--device edu,driver=: driver \"\" is no driver's name")]
    [InlineData("edu,driver=a/b", "--device edu,driver=a/b: driver \"a/b\" is no driver's name")]
    [InlineData("edu,class=0x1000000", "--device edu,class=0x1000000: class \"0x1000000\" is no number from 0 to 0xffffff")]
    public void Options_are_checked(string device, string error)
    {
        Assert.False(MachineDescription.TryParse([], [device], null, null, out _, out string? said));
        Assert.StartsWith(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_can_be_chosen()
    {
        using DriverBench bench = new("edu,class=0x020000,driver=none");
        Assert.Equal("0x020000\n", bench.Text(Device(First, "class")));
        Assert.Contains("bc02sc00i00", bench.Text(Device(First, "modalias")), StringComparison.Ordinal);
        byte[] config = new byte[4];
        bench.Machine.Functions[0].ReadConfig(8, config);
        Assert.Equal(0x02000010u, BitConverter.ToUInt32(config));
    }
}
