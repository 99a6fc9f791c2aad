using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_extension;

namespace Ioasis.Dispatch.Tests.Legacy;

public sealed class GroupTests : IDisposable
{
    private const string Edu = "0000:00:10.0", DmaTest = "0000:00:11.0";
    private readonly LegacyBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_group_is_open_once_or_its_devices_are_bound_by_their_own_paths()
    {
        int group = _bench.Open("/dev/vfio/0"), iommufd = _bench.Open("/dev/iommu"), device = _bench.Open("/dev/vfio/devices/vfio0");
        Assert.Equal(ErrnoCode.EBUSY, _bench.TryOpen("/dev/vfio/0", out _));
        Assert.Equal(ReasonCode.GroupOpen, _bench.Why);
        Assert.Equal(ErrnoCode.None, _bench.TryOpen("/dev/vfio/1", out _));

        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = iommufd };
        Assert.Equal(ErrnoCode.EBUSY, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        _bench.Close(group);
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        Assert.Equal(ErrnoCode.EBUSY, _bench.TryOpen("/dev/vfio/0", out _));
        Assert.Equal(ReasonCode.GroupDevicesBound, _bench.Why);
        _bench.Close(device);
        _bench.Open("/dev/vfio/0");
    }

    [Fact]
    public void A_bind_that_fails_leaves_the_group_free()
    {
        int device = _bench.Open("/dev/vfio/devices/vfio0");
        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = device };
        Assert.Equal(ErrnoCode.EBADFD, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        _bench.Open("/dev/vfio/0");
    }

    [Theory]
    [InlineData(99, ErrnoCode.EBADF, ReasonCode.BadDescriptor)]
    [InlineData(9, ErrnoCode.EBADFD, ReasonCode.NotAContainer)]
    public void Only_a_container_or_an_iommufd_can_be_set(int descriptor, ErrnoCode errno, ReasonCode reason)
    {
        int group = _bench.Open("/dev/vfio/0");
        _bench.Caller.Descriptors[9] = null;
        Assert.Equal(errno, _bench.SetContainer(group, descriptor));
        Assert.Equal(reason, _bench.Why);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(group, VFIO_GROUP_UNSET_CONTAINER));
        Assert.Equal(ErrnoCode.None, _bench.SetContainer(group, _bench.Open("/dev/vfio/vfio")));
        Assert.Equal(ErrnoCode.EINVAL, _bench.SetContainer(group, _bench.Open("/dev/iommu")));
        Assert.Equal(ReasonCode.GroupHasContainer, _bench.Why);
    }

    [Fact]
    public void Status_says_viable_and_whether_there_is_a_container()
    {
        int group = _bench.Open("/dev/vfio/0");
        vfio_group_status status = new() { argsz = 8 };
        Assert.Equal(ErrnoCode.None, _bench.Call(group, VFIO_GROUP_GET_STATUS, ref status));
        Assert.Equal(vfio_group_flags.VFIO_GROUP_FLAGS_VIABLE, status.flags);
        Assert.Equal(ErrnoCode.None, _bench.SetContainer(group, _bench.Open("/dev/vfio/vfio")));
        Assert.Equal(ErrnoCode.None, _bench.Call(group, VFIO_GROUP_GET_STATUS, ref status));
        Assert.Equal(vfio_group_flags.VFIO_GROUP_FLAGS_VIABLE | vfio_group_flags.VFIO_GROUP_FLAGS_CONTAINER_SET, status.flags);
        status.argsz = 7;
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(group, VFIO_GROUP_GET_STATUS, ref status));
    }

    [Theory]
    [InlineData(Edu, ErrnoCode.None)]
    [InlineData(Edu + "  ", ErrnoCode.None)]
    [InlineData(Edu + " x", ErrnoCode.EINVAL)]
    [InlineData(Edu + " vf_token=bd8d9d2b-5a5f-4f5a-a211-f591514ba1f3", ErrnoCode.EINVAL)]
    [InlineData(Edu + "0", ErrnoCode.ENODEV)]
    [InlineData(DmaTest, ErrnoCode.ENODEV)]
    [InlineData("", ErrnoCode.ENODEV)]
    public void A_device_is_got_by_its_name(string name, ErrnoCode errno)
    {
        (_, int group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU);
        Assert.Equal(errno, _bench.GetDevice(group, name, out _));
        Assert.Empty(_bench.Caller.Reserved);
    }

    [Fact]
    public void A_name_without_an_end_is_a_fault_or_too_long()
    {
        (_, int group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU);
        _bench.Caller.Bytes.At(ArrayMemory.End - 8, 8).Fill((byte)'x');
        Assert.Equal(ErrnoCode.EFAULT, _bench.Call(group, VFIO_GROUP_GET_DEVICE_FD, ArrayMemory.End - 8));
        _bench.Caller.Bytes.At(ArrayMemory.Base, 4096).Fill((byte)'x');
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(group, VFIO_GROUP_GET_DEVICE_FD, ArrayMemory.Base));
    }

    [Fact]
    public void A_device_wants_a_container_with_a_type_and_its_descriptor_is_given_back_otherwise()
    {
        int group = _bench.Open("/dev/vfio/0"), container = _bench.Open("/dev/vfio/vfio");
        Assert.Equal(ErrnoCode.EINVAL, _bench.GetDevice(group, Edu, out _));
        Assert.Equal(ReasonCode.GroupWithoutContainer, _bench.Why);
        _bench.SetContainer(group, container);
        Assert.Equal(ErrnoCode.EINVAL, _bench.GetDevice(group, Edu, out _));
        Assert.Equal(ReasonCode.ContainerWithoutIommu, _bench.Why);
        Assert.Empty(_bench.Caller.Reserved);
        _bench.Call(container, VFIO_SET_IOMMU, 1);
        Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Edu, out _));
    }

    [Fact]
    public void A_device_of_a_group_can_do_everything_but_bind_and_attach()
    {
        (_, int group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU);
        Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Edu, out int device));
        vfio_device_info info = new() { argsz = 24 };
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_GET_INFO, ref info));
        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = _bench.Open("/dev/iommu") };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        Assert.Equal(ReasonCode.DeviceOpenedByGroup, _bench.Why);
        Assert.Equal(ErrnoCode.ENOTTY, _bench.Call(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT));
        Assert.Equal(ErrnoCode.ENOTTY, _bench.Call(device, VFIO_DEVICE_DETACH_IOMMUFD_PT));
    }

    [Fact]
    public void Open_devices_keep_the_group_in_its_container()
    {
        (int container, int group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU);
        _bench.GetDevice(group, Edu, out int first);
        _bench.GetDevice(group, Edu, out int second);
        Assert.Equal(ErrnoCode.EBUSY, _bench.Call(group, VFIO_GROUP_UNSET_CONTAINER));
        _bench.Close(first);
        Assert.Equal(ErrnoCode.EBUSY, _bench.Call(group, VFIO_GROUP_UNSET_CONTAINER));
        _bench.Close(group);
        Assert.Equal(ErrnoCode.None, _bench.Map(container, 0, 1));
        Assert.Equal(ErrnoCode.EBUSY, _bench.TryOpen("/dev/vfio/0", out _));
        _bench.Close(second);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Map(container, 0x10000, 1));
        _bench.Open("/dev/vfio/0");
    }

    [Fact]
    public void On_an_iommufd_the_group_makes_an_address_space_and_its_devices_are_attached_to_it()
    {
        int group = _bench.Open("/dev/vfio/0"), iommufd = _bench.Open("/dev/iommu");
        iommu_vfio_ioas ioas = new() { size = 12 };
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(iommufd, IOMMU_VFIO_IOAS, ref ioas));
        Assert.Equal(ErrnoCode.None, _bench.SetContainer(group, iommufd));
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, IOMMU_VFIO_IOAS, ref ioas));
        Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Edu, out int device));
        iommu_destroy destroy = new() { size = 8, id = ioas.ioas_id };
        Assert.Equal(ErrnoCode.EBUSY, _bench.Call(iommufd, IOMMU_DESTROY, ref destroy));

        // Unlike a container, an iommufd can be let go while devices are open.
        Assert.Equal(ErrnoCode.None, _bench.Call(group, VFIO_GROUP_UNSET_CONTAINER));
        Assert.Equal(ErrnoCode.EPERM, _bench.SetContainer(group, _bench.Open("/dev/vfio/vfio")));
        _bench.Close(device);
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, IOMMU_DESTROY, ref destroy));
    }

    [Fact]
    public void Without_a_compatibility_address_space_no_device_opens_and_nothing_stays_bound()
    {
        int group = _bench.Open("/dev/vfio/0"), iommufd = _bench.Open("/dev/iommu");
        _bench.SetContainer(group, iommufd);
        iommu_vfio_ioas clear = new() { size = 12, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_CLEAR };
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, IOMMU_VFIO_IOAS, ref clear));
        Assert.Equal(ErrnoCode.ENODEV, _bench.GetDevice(group, Edu, out _));
        Assert.Equal(ErrnoCode.None, _bench.Call(group, VFIO_GROUP_UNSET_CONTAINER));
        Assert.Equal(ErrnoCode.None, _bench.SetContainer(group, _bench.Open("/dev/vfio/vfio")));
    }

    [Fact]
    public void When_everything_is_closed_in_any_order_nothing_is_left()
    {
        (int container, int group) = _bench.Prepare(VFIO_TYPE1_IOMMU);
        _bench.Map(container, 0, 4);
        _bench.GetDevice(group, Edu, out int device);
        _bench.Close(container);
        _bench.Close(group);
        Assert.Equal(1, _bench.Machine.System.OpenContexts);
        _bench.Close(device);
        Assert.Equal(0, _bench.Machine.System.OpenContexts);

        (int iommufd, group) = _bench.Prepare(VFIO_TYPE1_IOMMU, "/dev/iommu");
        _bench.Close(iommufd);
        Assert.Equal(1, _bench.Machine.System.OpenContexts);
        _bench.Close(group);
        Assert.Equal(0, _bench.Machine.System.OpenContexts);
    }
}
