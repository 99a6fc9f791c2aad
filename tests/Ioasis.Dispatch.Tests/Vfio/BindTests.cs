using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

public sealed class BindTests : IDisposable
{
    private readonly VfioBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(VFIO_DEVICE_GET_INFO)]
    [InlineData(VFIO_DEVICE_GET_REGION_INFO)]
    [InlineData(VFIO_DEVICE_GET_IRQ_INFO)]
    [InlineData(VFIO_DEVICE_SET_IRQS)]
    [InlineData(VFIO_DEVICE_RESET)]
    [InlineData(VFIO_DEVICE_GET_PCI_HOT_RESET_INFO)]
    [InlineData(VFIO_DEVICE_PCI_HOT_RESET)]
    [InlineData(VFIO_DEVICE_FEATURE)]
    [InlineData(VFIO_DEVICE_ATTACH_IOMMUFD_PT)]
    [InlineData(VFIO_DEVICE_DETACH_IOMMUFD_PT)]
    [InlineData(0x1234u)]
    public void Before_it_nothing_else_works(uint command)
    {
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.Ioctl(_bench.Caller, command, 0, out _, ref _bench.Why).Code);
        Assert.Equal(ReasonCode.DeviceNotBound, _bench.Why.Code);
    }

    [Fact]
    public void Before_it_no_region_can_be_read_written_or_mapped()
    {
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryRead(_bench.Edu, 7, 0, 4, out _));
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryWrite(_bench.Edu, 0, 0, 4, out _));
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryRead(_bench.Edu, 0, 0, 0, out _));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.CheckMap(1ul << 40, 4096, ref _bench.Why).Code);
    }

    [Theory]
    [InlineData(-1, ErrnoCode.EINVAL, ReasonCode.DescriptorNegative)]
    [InlineData(int.MinValue, ErrnoCode.EINVAL, ReasonCode.DescriptorNegative)]
    [InlineData(77, ErrnoCode.EBADF, ReasonCode.BadDescriptor)]
    [InlineData(VfioBench.OtherDescriptor, ErrnoCode.EBADFD, ReasonCode.NotAnIommufd)]
    [InlineData(VfioBench.EduDescriptor, ErrnoCode.EBADFD, ReasonCode.NotAnIommufd)]
    public void A_descriptor_that_is_no_iommufd_is_refused(int descriptor, ErrnoCode errno, ReasonCode reason)
    {
        Assert.Equal(errno, _bench.TryBind(_bench.Edu, descriptor, out _));
        Assert.Equal(reason, _bench.Why.Code);
        _bench.Bind(_bench.Edu);
    }

    [Fact]
    public void Sixteen_bytes_are_enough_and_nothing_beyond_them_is_touched()
    {
        const ulong at = ArrayMemory.End - 16;
        _bench.Caller.Bytes.Put(16u, at);
        _bench.Caller.Bytes.Put(0u, at + 4);
        _bench.Caller.Bytes.Put(VfioBench.IommufdDescriptor, at + 8);
        Assert.True(_bench.Edu.Ioctl(_bench.Caller, VFIO_DEVICE_BIND_IOMMUFD, at, out long result, ref _bench.Why).Succeeded, _bench.Why.ToString());
        Assert.Equal((0, 1u), (result, _bench.Caller.Bytes.Get<uint>(at + 12)));
    }

    [Fact]
    public void Only_out_devid_is_written()
    {
        Span<byte> bytes = _bench.Caller.Bytes.At(ArrayMemory.Base, 40);
        bytes.Fill(0xa5);
        bytes[16..].Clear();
        _bench.Caller.Bytes.Put(40u);
        _bench.Caller.Bytes.Put(0u, ArrayMemory.Base + 4);
        _bench.Caller.Bytes.Put(VfioBench.IommufdDescriptor, ArrayMemory.Base + 8);
        byte[] before = bytes.ToArray();
        Assert.True(_bench.Edu.Ioctl(_bench.Caller, VFIO_DEVICE_BIND_IOMMUFD, ArrayMemory.Base, out _, ref _bench.Why).Succeeded, _bench.Why.ToString());
        Assert.Equal(before[..12], bytes[..12].ToArray());
        Assert.Equal(1u, _bench.Caller.Bytes.Get<uint>(ArrayMemory.Base + 12));
        Assert.Equal(before[16..], bytes[16..].ToArray());
    }

    [Theory]
    [InlineData(15u, 0, ErrnoCode.EINVAL)]
    [InlineData(0u, 0, ErrnoCode.EINVAL)]
    [InlineData(4000u, 0, ErrnoCode.None)]
    [InlineData(32u, 24, ErrnoCode.E2BIG)]
    [InlineData(4000u, 3999, ErrnoCode.E2BIG)]
    [InlineData(3999u, 3999, ErrnoCode.None)]
    public void Its_length_is_checked_like_that_of_an_extensible_structure(uint argsz, int nonZeroAt, ErrnoCode errno)
    {
        _bench.Caller.Bytes.Put(new vfio_device_bind_iommufd { argsz = argsz, iommufd = VfioBench.IommufdDescriptor });
        if (nonZeroAt != 0)
            _bench.Caller.Bytes.At(ArrayMemory.Base, 4096)[nonZeroAt] = 1;
        Assert.Equal(errno, _bench.Edu.Ioctl(_bench.Caller, VFIO_DEVICE_BIND_IOMMUFD, ArrayMemory.Base, out _, ref _bench.Why).Code);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(ArrayMemory.End - 8)]
    public void An_argument_that_cannot_be_read_is_EFAULT(ulong argument)
    {
        if (argument != 0)
            _bench.Caller.Bytes.Put(16u, argument);
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Ioctl(_bench.Caller, VFIO_DEVICE_BIND_IOMMUFD, argument, out _, ref _bench.Why).Code);
    }

    [Theory]
    [InlineData(2u, ReasonCode.VfioFlagsInvalid)]
    [InlineData(1u, ReasonCode.TokenNotExpected)]
    public void Flags_and_tokens_are_refused(uint flags, ReasonCode reason)
    {
        vfio_device_bind_iommufd bind = new()
        {
            argsz = 24, flags = (vfio_device_bind_flags)flags, iommufd = VfioBench.IommufdDescriptor, token_uuid_ptr = ArrayMemory.Base + 256,
        };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_bench.Edu, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        Assert.Equal(reason, _bench.Why.Code);
    }

    [Fact]
    public void A_device_may_be_opened_twice_but_bound_once()
    {
        DeviceFile second = _bench.Open("/dev/vfio/devices/vfio0");
        uint id = _bench.Bind(_bench.Edu);
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryBind(_bench.Edu, VfioBench.IommufdDescriptor, out _));
        Assert.Equal((ReasonCode.DeviceAlreadyBound, (ulong)id), (_bench.Why.Code, _bench.Why.A));
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryBind(second, VfioBench.IommufdDescriptor, out _));
        Assert.Equal((ReasonCode.DeviceAlreadyBound, (ulong)id, "0000:00:10.0"), (_bench.Why.Code, _bench.Why.A, _bench.Why.Name));

        second.Release();
        Assert.Equal(0x11e81234u, _bench.ReadConfig(_bench.Edu, 0, 4));
        _bench.Edu.Release();
        second = _bench.Open("/dev/vfio/devices/vfio0");
        _bench.Bind(second);
        second.Release();
    }

    [Fact]
    public void When_the_number_cannot_be_written_the_device_is_free_again()
    {
        var caller = new HalfReadOnlyCaller(_bench.Caller);
        _bench.Caller.Bytes.Put(new vfio_device_bind_iommufd { argsz = 24, iommufd = VfioBench.IommufdDescriptor });
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Ioctl(caller, VFIO_DEVICE_BIND_IOMMUFD, ArrayMemory.Base, out _, ref _bench.Why).Code);
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryRead(_bench.Edu, 7, 0, 4, out _));
        Assert.Equal(1u, _bench.Bind(_bench.Edu));
    }

    [Fact]
    public void Closing_the_device_unbinds_it_and_gives_back_its_interrupts()
    {
        _bench.Prepare(_bench.Edu);
        var line = new CountingLine();
        Assert.Equal(ErrnoCode.None, _bench.Trigger(_bench.Edu, vfio_pci_irq_index.VFIO_PCI_MSI_IRQ_INDEX, line));
        iommu_destroy destroy = new() { size = 8, id = 1 };
        Assert.Equal(ErrnoCode.EBUSY, _bench.Call(_bench.Iommufd, IOMMU_DESTROY, ref destroy));

        _bench.Edu.Release();

        Assert.True(line.IsDisposed);
        Assert.False(_bench.Function(_bench.Edu).Physical.BusMaster);
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(_bench.Iommufd, IOMMU_DESTROY, ref destroy));
        _bench.Iommufd.Release();
        _bench.DmaTest.Release();
        Assert.Equal(0, _bench.Machine.System.OpenContexts);
    }

    [Fact]
    public void The_iommufd_may_be_closed_first()
    {
        _bench.Prepare(_bench.Edu);
        _bench.Iommufd.Release();
        Assert.Equal(0x010000edu, _bench.ReadRegister(_bench.Edu, 0));
        _bench.Edu.Release();
        Assert.Equal(0, _bench.Machine.System.OpenContexts);
    }
}
