using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Legacy;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>Two functions behind one bridge in groups of their own, and a third device on the root bus.</summary>
public sealed class HotResetTests : IDisposable
{
    private const string Second = "0000:01:00.1";
    private const uint NotOwned = vfio_pci_dependent_device.VFIO_PCI_DEVID_NOT_OWNED;

    private readonly LegacyBench _bench = new(null,
    [
        "edu,address=0000:01:00.1,bridge=0000:00:1c.0", "edu,address=0000:01:00.0,bridge=0000:00:1c.0", "edu",
    ]);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void On_a_root_bus_there_is_none()
    {
        int device = Bind(2, _bench.Open("/dev/iommu"));
        vfio_pci_hot_reset_info info = new() { argsz = 64 };
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, ref info));
        vfio_pci_hot_reset reset = new() { argsz = 12 };
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(device, VFIO_DEVICE_PCI_HOT_RESET, ref reset));
    }

    [Fact]
    public void A_list_that_is_too_short_says_how_long_it_must_be()
    {
        int device = Bind(0, _bench.Open("/dev/iommu"));
        vfio_pci_hot_reset_info info = new() { argsz = 27 };
        Assert.Equal(ErrnoCode.ENOSPC, _bench.Call(device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, ref info));
        Assert.Equal((2u, (vfio_pci_hot_reset_flags)0), (info.count, info.flags));
    }

    [Fact]
    public void An_iommufd_resets_when_all_devices_of_the_bus_are_bound_to_it()
    {
        int iommufd = _bench.Open("/dev/iommu"), other = _bench.Open("/dev/iommu");
        int device = Bind(0, iommufd);
        (vfio_pci_hot_reset_flags flags, vfio_pci_dependent_device[] devices) = Describe(device);
        Assert.Equal(vfio_pci_hot_reset_flags.VFIO_PCI_HOT_RESET_FLAG_DEV_ID, flags);
        Assert.Equal([(1, 0, NotOwned), (1, 1, 1u)], devices.Select(one => ((int)one.bus, (int)one.devfn, one.devid)));
        Assert.Equal(ErrnoCode.EINVAL, Reset(device));
        Assert.Equal(ReasonCode.HotResetNotOwned, _bench.Why);

        int foreign = Bind(1, other);
        Assert.Equal(NotOwned, Describe(device).Devices[0].devid);
        _bench.Close(foreign);
        Bind(1, iommufd);
        (flags, devices) = Describe(device);
        Assert.Equal(vfio_pci_hot_reset_flags.VFIO_PCI_HOT_RESET_FLAG_DEV_ID | vfio_pci_hot_reset_flags.VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED, flags);
        Assert.Equal([2u, 1u], devices.Select(one => one.devid));
        Assert.Equal(ErrnoCode.None, Reset(device));
        Assert.Equal(ErrnoCode.EINVAL, Reset(device, iommufd));
        Assert.Equal(ReasonCode.HotResetByGroups, _bench.Why);
    }

    [Fact]
    public void A_device_that_shares_a_group_with_a_bound_one_is_owned_without_a_number()
    {
        using LegacyBench bench = new(null, ["edu,address=0000:01:00.0,bridge=0000:00:1c.0,group=5", "edu,address=0000:01:00.1,bridge=0000:00:1c.0,group=5"]);
        int iommufd = bench.Open("/dev/iommu"), device = bench.Open("/dev/vfio/devices/vfio0");
        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = iommufd };
        Assert.Equal(ErrnoCode.None, bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        Assert.Equal([1u, vfio_pci_dependent_device.VFIO_PCI_DEVID_OWNED], Describe(bench, device).Devices.Select(one => one.devid));
        vfio_pci_hot_reset reset = new() { argsz = 12 };
        Assert.Equal(ErrnoCode.None, bench.Call(device, VFIO_DEVICE_PCI_HOT_RESET, ref reset));
    }

    [Fact]
    public void A_device_of_a_group_is_reset_with_the_descriptors_of_all_groups_on_the_bus()
    {
        (int container, int group) = _bench.Prepare(vfio_extension.VFIO_TYPE1v2_IOMMU);
        Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Second, out int device));
        (vfio_pci_hot_reset_flags flags, vfio_pci_dependent_device[] devices) = Describe(device);
        Assert.Equal((vfio_pci_hot_reset_flags)0, flags);
        Assert.Equal([1u, 0u], devices.Select(one => one.group_id));

        int second = _bench.Open("/dev/vfio/1");
        Assert.Equal(ErrnoCode.EINVAL, Reset(device));
        Assert.Equal(ReasonCode.HotResetWithoutGroups, _bench.Why);
        Assert.Equal(ErrnoCode.EINVAL, Reset(device, group));
        Assert.Equal(ReasonCode.HotResetNotOwned, _bench.Why);
        Assert.Equal(ErrnoCode.EINVAL, Reset(device, group, container));
        Assert.Equal(ReasonCode.NotAGroup, _bench.Why);
        Assert.Equal(ErrnoCode.EBADF, Reset(device, group, 99));
        Assert.Equal(ErrnoCode.EINVAL, Reset(device, group, second, second));
        Assert.Equal(ErrnoCode.None, Reset(device, second, group));
    }

    [Fact]
    public void It_clears_the_registers_of_every_function_and_keeps_their_configuration()
    {
        int iommufd = _bench.Open("/dev/iommu");
        int[] devices = [Bind(0, iommufd), Bind(1, iommufd)];
        foreach (int device in devices)
        {
            Write(device, 0, 4, 0x12345678);
            Write(device, 7, 0x0c, 0x10);
        }

        Assert.Equal(ErrnoCode.None, Reset(devices[0]));
        foreach (int device in devices)
        {
            Assert.Equal(0u, Read(device, 0, 4));
            Assert.Equal(0x10u, Read(device, 7, 0x0c) & 0xff);
        }
    }

    private int Bind(int index, int iommufd)
    {
        int device = _bench.Open($"/dev/vfio/devices/vfio{index}");
        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = iommufd };
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        return device;
    }

    private (vfio_pci_hot_reset_flags Flags, vfio_pci_dependent_device[] Devices) Describe(int device) => Describe(_bench, device);

    private static (vfio_pci_hot_reset_flags Flags, vfio_pci_dependent_device[] Devices) Describe(LegacyBench bench, int device)
    {
        vfio_pci_hot_reset_info info = new() { argsz = 28 };
        Assert.Equal(ErrnoCode.None, bench.Call(device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, ref info));
        return (info.flags, [.. Enumerable.Range(0, (int)info.count).Select(n => bench.Caller.Bytes.Get<vfio_pci_dependent_device>(ArrayMemory.Base + 12 + 8 * (ulong)n))]);
    }

    private ErrnoCode Reset(int device, params int[] groups)
    {
        _bench.Caller.Bytes.Put(new vfio_pci_hot_reset { argsz = 12 + 4 * (uint)groups.Length, count = (uint)groups.Length });
        for (int n = 0; n < groups.Length; n++)
            _bench.Caller.Bytes.Put(groups[n], ArrayMemory.Base + 12 + 4 * (ulong)n);
        return _bench.Call(device, VFIO_DEVICE_PCI_HOT_RESET, ArrayMemory.Base);
    }

    private void Write(int device, uint region, ulong at, uint value)
    {
        _bench.Caller.Bytes.Put(value, LegacyBench.Data);
        Assert.True(_bench.File(device).Write(_bench.Caller, LegacyBench.Data, 4, VfioBench.Offset(region, at), out _, ref _bench.Caller.Why).Succeeded);
    }

    private uint Read(int device, uint region, ulong at)
    {
        Assert.True(_bench.File(device).Read(_bench.Caller, LegacyBench.Data, 4, VfioBench.Offset(region, at), out _, ref _bench.Caller.Why).Succeeded);
        return _bench.Caller.Bytes.Get<uint>(LegacyBench.Data);
    }
}
