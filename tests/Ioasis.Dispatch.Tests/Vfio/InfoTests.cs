using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_irq_info_flags;
using static Ioasis.Abi.vfio_region_info_flags;

namespace Ioasis.Dispatch.Tests.Vfio;

public sealed class InfoTests : IDisposable
{
    private readonly VfioBench _bench = new();

    public InfoTests()
    {
        _bench.Bind(_bench.Edu);
        _bench.Bind(_bench.DmaTest);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void It_is_a_PCI_device_that_can_be_reset()
    {
        vfio_device_info info = new() { argsz = 24, cap_offset = 7, pad = 7 };
        Assert.Equal(ErrnoCode.None, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_INFO, ref info));
        Assert.Equal(vfio_device_flags.VFIO_DEVICE_FLAGS_PCI | vfio_device_flags.VFIO_DEVICE_FLAGS_RESET, info.flags);
        Assert.Equal((9u, 5u, 0u, 0u), (info.num_regions, info.num_irqs, info.cap_offset, info.pad));
    }

    [Fact]
    public void A_short_device_info_is_filled_no_further_than_it_goes()
    {
        vfio_device_info info = new() { argsz = 16, cap_offset = 7, pad = 7 };
        Assert.Equal(ErrnoCode.None, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_INFO, ref info));
        Assert.Equal((9u, 7u, 7u), (info.num_regions, info.cap_offset, info.pad));
        info.argsz = 15;
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_INFO, ref info));
    }

    [Theory]
    [InlineData(0u, 1ul << 20)]
    [InlineData(1u, 0ul)]
    [InlineData(5u, 0ul)]
    [InlineData(6u, 0ul)]
    [InlineData(7u, 4096ul)]
    public void Region_n_lies_at_n_times_two_to_the_forty(uint index, ulong size)
    {
        vfio_region_info info = new() { argsz = 64, index = index };
        Assert.Equal(ErrnoCode.None, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_REGION_INFO, ref info));
        Assert.Equal((64u, size, (ulong)index << 40, 0u), (info.argsz, info.size, info.offset, info.cap_offset));
        Assert.Equal(size == 0 ? 0 : VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE, info.flags);
    }

    [Fact]
    public void Bar_0_is_announced_elsewhere_where_low_offsets_are_not_seen()
    {
        _bench.Caller.SeesLowOffsets = false;
        vfio_region_info info = new() { argsz = 32, index = 0 };
        Assert.Equal(ErrnoCode.None, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_REGION_INFO, ref info));
        Assert.Equal(15ul << 40, info.offset);
        Assert.Equal(ErrnoCode.None, _bench.Edu.Read(_bench.Caller, VfioBench.Data, 4, info.offset, out _, ref _bench.Why).Code);
        Assert.Equal([0xed, 0, 0, 1], _bench.Caller.Bytes.At(VfioBench.Data, 4).ToArray());
        info.index = 7;
        Assert.Equal(ErrnoCode.None, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_REGION_INFO, ref info));
        Assert.Equal(7ul << 40, info.offset);
    }

    [Theory]
    [InlineData(8u)]
    [InlineData(9u)]
    [InlineData(uint.MaxValue)]
    public void A_region_that_does_not_exist_is_refused(uint index)
    {
        vfio_region_info info = new() { argsz = 32, index = index };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_REGION_INFO, ref info));
        Assert.Equal(ReasonCode.NoSuchRegion, _bench.Why.Code);
    }

    [Theory]
    [InlineData(0, 0u, 1u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED)]
    [InlineData(0, 1u, 1u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE)]
    [InlineData(0, 2u, 0u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE)]
    [InlineData(0, 3u, 1u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE)]
    [InlineData(0, 4u, 1u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE)]
    [InlineData(1, 0u, 0u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED)]
    [InlineData(1, 1u, 0u, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE)]
    [InlineData(1, 2u, 4u, VFIO_IRQ_INFO_EVENTFD)]
    public void Interrupts_are_described_as_vfio_pci_does(int device, uint index, uint count, vfio_irq_info_flags flags)
    {
        DeviceFile file = device == 0 ? _bench.Edu : _bench.DmaTest;
        vfio_irq_info info = new() { argsz = 16, index = index };
        Assert.Equal(ErrnoCode.None, _bench.Call(file, VFIO_DEVICE_GET_IRQ_INFO, ref info));
        Assert.Equal((count, flags), (info.count, info.flags));
    }

    [Fact]
    public void An_interrupt_index_that_does_not_exist_is_refused()
    {
        vfio_irq_info info = new() { argsz = 16, index = 5 };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_IRQ_INFO, ref info));
    }

    /// <summary>argsz is looked at only when the whole mandatory part could be read.</summary>
    [Theory]
    [InlineData(VFIO_DEVICE_GET_INFO, 16)]
    [InlineData(VFIO_DEVICE_GET_REGION_INFO, 32)]
    [InlineData(VFIO_DEVICE_GET_IRQ_INFO, 16)]
    [InlineData(VFIO_DEVICE_SET_IRQS, 20)]
    [InlineData(VFIO_DEVICE_FEATURE, 8)]
    [InlineData(VFIO_DEVICE_ATTACH_IOMMUFD_PT, 12)]
    [InlineData(VFIO_DEVICE_DETACH_IOMMUFD_PT, 8)]
    [InlineData(VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, 12)]
    [InlineData(VFIO_DEVICE_PCI_HOT_RESET, 12)]
    public void Every_structure_has_a_mandatory_part(uint command, int minimum)
    {
        ulong cut = ArrayMemory.End - (ulong)minimum + 4;
        _bench.Caller.Bytes.Put(0u, cut);
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Ioctl(_bench.Caller, command, cut, out _, ref _bench.Why).Code);
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Ioctl(_bench.Caller, command, 0, out _, ref _bench.Why).Code);
        ulong whole = ArrayMemory.End - (ulong)minimum;
        _bench.Caller.Bytes.Put((uint)minimum - 1, whole);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.Ioctl(_bench.Caller, command, whole, out _, ref _bench.Why).Code);
        Assert.Equal((ReasonCode.ArgszTooShort, (ulong)minimum), (_bench.Why.Code, _bench.Why.B));
    }

    [Fact]
    public void An_answer_that_cannot_be_written_is_EFAULT()
    {
        var caller = new HalfReadOnlyCaller(_bench.Caller);
        _bench.Caller.Bytes.Put(new vfio_region_info { argsz = 32 });
        foreach (uint command in new[] { VFIO_DEVICE_GET_INFO, VFIO_DEVICE_GET_REGION_INFO, VFIO_DEVICE_GET_IRQ_INFO })
            Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Ioctl(caller, command, ArrayMemory.Base, out _, ref _bench.Why).Code);
    }

    [Theory]
    [InlineData(VFIO_DEVICE_QUERY_GFX_PLANE)]
    [InlineData(0x3BFFu)]
    [InlineData(0u)]
    public void An_unknown_ioctl_is_ENOTTY(uint command) =>
        Assert.Equal(ErrnoCode.ENOTTY, _bench.Edu.Ioctl(_bench.Caller, command, ArrayMemory.Base, out _, ref _bench.Why).Code);

    [Theory]
    [InlineData(0x40001u, ErrnoCode.ENOTTY)]
    [InlineData(0x5000bu, ErrnoCode.None)]
    [InlineData(0x7000bu, ErrnoCode.EINVAL)]
    [InlineData(0x10001u, ErrnoCode.ENOTTY)]
    [InlineData(0x30001u, ErrnoCode.EINVAL)]
    [InlineData(0x80001u, ErrnoCode.EINVAL)]
    public void Features_are_probed(uint flags, ErrnoCode errno)
    {
        vfio_device_feature feature = new() { argsz = 8, flags = (vfio_device_feature_flags)flags };
        Assert.Equal(errno, _bench.Call(_bench.Edu, VFIO_DEVICE_FEATURE, ref feature));
    }

    [Fact]
    public void A_reset_clears_the_device_and_a_bus_reset_is_not_to_be_had_on_a_root_bus()
    {
        _bench.WriteRegister(_bench.Edu, 4, 0x12345678);
        _bench.WriteConfig(_bench.Edu, 4, 6, 2);
        Assert.True(_bench.Edu.Ioctl(_bench.Caller, VFIO_DEVICE_RESET, 0, out _, ref _bench.Why).Succeeded);
        Assert.Equal(0u, _bench.ReadRegister(_bench.Edu, 4));
        Assert.Equal(6u, _bench.ReadConfig(_bench.Edu, 4, 2));

        vfio_pci_hot_reset_info info = new() { argsz = 12 };
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(_bench.Edu, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, ref info));
        vfio_pci_hot_reset reset = new() { argsz = 12 };
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(_bench.Edu, VFIO_DEVICE_PCI_HOT_RESET, ref reset));
        reset.count = 1;
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_bench.Edu, VFIO_DEVICE_PCI_HOT_RESET, ref reset));
        (reset.count, reset.flags) = (0, 1);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_bench.Edu, VFIO_DEVICE_PCI_HOT_RESET, ref reset));
    }
}
