using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_extension;
using static Ioasis.Dispatch.Tests.Legacy.LegacyBench;

namespace Ioasis.Dispatch.Tests.Legacy;

/// <summary>The container's calls on /dev/iommu; what each answers to each mistake is recorded from Linux in tests/oracle.</summary>
public sealed class CompatTests : IDisposable
{
    private const ulong Iova = 0x100000;
    private readonly LegacyBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Without_a_compatibility_address_space_there_is_no_device()
    {
        int iommufd = _bench.Open("/dev/iommu");
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, VFIO_GET_API_VERSION));
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(iommufd, VFIO_SET_IOMMU, 1));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(iommufd, VFIO_SET_IOMMU, 6));
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(iommufd, VFIO_CHECK_EXTENSION, (ulong)VFIO_DMA_CC_IOMMU));
        Assert.Equal(ErrnoCode.ENODEV, _bench.Map(iommufd, Iova, 1));
        Assert.Equal(ErrnoCode.ENODEV, _bench.Unmap(iommufd, Iova, 1).Errno);
        Assert.Equal(ErrnoCode.ENOTTY, _bench.Call(iommufd, VFIO_IOMMU_DIRTY_PAGES));
        Assert.Equal(ReasonCode.UnknownIoctl, _bench.Why);
    }

    [Fact]
    public void It_can_be_any_address_space_without_any_group()
    {
        int iommufd = _bench.Open("/dev/iommu");
        iommu_ioas_alloc alloc = new() { size = 12 };
        _bench.Call(iommufd, IOMMU_IOAS_ALLOC, ref alloc);
        iommu_vfio_ioas set = new() { size = 12, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_SET, ioas_id = alloc.out_ioas_id };
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, IOMMU_VFIO_IOAS, ref set));
        Assert.Equal(ErrnoCode.None, _bench.Map(iommufd, Iova, 2));

        iommu_ioas_unmap unmap = new() { size = 24, ioas_id = alloc.out_ioas_id, iova = Iova, length = 2 * Page };
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, IOMMU_IOAS_UNMAP, ref unmap));
        Assert.Equal((ErrnoCode.None, 0ul), _bench.Unmap(iommufd, Iova, 2));
    }

    [Theory]
    [InlineData(VFIO_DMA_CC_IOMMU, 1)]
    [InlineData(VFIO_NOIOMMU_IOMMU, 1)]
    [InlineData(VFIO_UPDATE_VADDR, 0)]
    [InlineData(__VFIO_RESERVED_TYPE1_NESTING_IOMMU, 0)]
    public void Its_extensions_are_not_those_of_a_container(vfio_extension extension, long answer)
    {
        (int iommufd, _) = _bench.Prepare(VFIO_TYPE1v2_IOMMU, "/dev/iommu");
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, VFIO_CHECK_EXTENSION, (ulong)extension, out long result));
        Assert.Equal(answer, result);
    }

    [Fact]
    public void An_iommu_that_cannot_enforce_it_makes_dma_incoherent_once_a_device_is_attached()
    {
        using LegacyBench bench = new(["smmuv3"], ["edu"]);
        (int iommufd, int group) = bench.Prepare(VFIO_TYPE1v2_IOMMU, "/dev/iommu");
        bench.Call(iommufd, VFIO_CHECK_EXTENSION, (ulong)VFIO_DMA_CC_IOMMU, out long before);
        bench.GetDevice(group, "0000:00:10.0", out _);
        bench.Call(iommufd, VFIO_CHECK_EXTENSION, (ulong)VFIO_DMA_CC_IOMMU, out long after);
        Assert.Equal((1, 0), (before, after));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Version_1_cuts_mappings_to_unmap_any_range(bool attached)
    {
        (int iommufd, int group) = _bench.Prepare(VFIO_TYPE1_IOMMU, "/dev/iommu");
        if (attached)
            _bench.GetDevice(group, "0000:00:10.0", out _);
        Assert.Equal(ErrnoCode.None, _bench.Map(iommufd, Iova, 8));
        ulong pinned = attached ? 8ul : 0;
        Assert.Equal(pinned, _bench.Caller.Bytes.Owner.Pinned.Pages);
        Assert.Equal((ErrnoCode.None, 2ul), _bench.Unmap(iommufd, Iova + 3 * Page, 2));
        Assert.Equal(attached ? 6ul : 0, _bench.Caller.Bytes.Owner.Pinned.Pages);
        Assert.Equal((ErrnoCode.None, 3ul), _bench.Unmap(iommufd, Iova, 4));
        Assert.Equal(ErrnoCode.EEXIST, _bench.Map(iommufd, Iova, 6));
        Assert.Equal(ErrnoCode.None, _bench.Map(iommufd, Iova, 5));
        Assert.Equal((ErrnoCode.None, 8ul), _bench.Unmap(iommufd, 0, 0, vfio_dma_unmap_flags.VFIO_DMA_UNMAP_FLAG_ALL));
        Assert.Equal(0ul, _bench.Caller.Bytes.Owner.Pinned.Pages);
    }

    [Fact]
    public void Version_2_keeps_what_it_would_cut_and_says_what_went_before()
    {
        (int iommufd, _) = _bench.Prepare(VFIO_TYPE1v2_IOMMU, "/dev/iommu");
        _bench.Map(iommufd, Iova, 1);
        _bench.Map(iommufd, Iova + Page, 2);
        vfio_iommu_type1_dma_unmap unmap = new() { argsz = 24, iova = Iova, size = 2 * Page };
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(iommufd, VFIO_IOMMU_UNMAP_DMA, ref unmap));
        Assert.Equal((ulong)Page, unmap.size);
    }

    [Fact]
    public void A_device_sees_both_parts_of_a_mapping_that_is_cut_under_it()
    {
        (int iommufd, int group) = _bench.Prepare(VFIO_TYPE1_IOMMU, "/dev/iommu");
        _bench.GetDevice(group, "0000:00:10.0", out _);
        _bench.Map(iommufd, Iova, 64);
        Engine.Hardware.PhysicalDevice physical = _bench.Machine.Functions[0].Physical;
        physical.BusMaster = true;
        Engine.Dma.DmaPort port = physical.OpenPort();
        int aborted = 0;
        bool stop = false;
        Thread device = new(() =>
        {
            byte[] bytes = new byte[8];
            for (ulong n = 0; !Volatile.Read(ref stop); n++)
            {
                // The even pages stay mapped throughout.
                if (!port.Read(new Engine.Addresses.Iova(Iova + n * 2 % 64 * Page), bytes))
                    aborted++;
            }
        });
        device.Start();
        for (ulong page = 1; page < 64; page += 2)
            Assert.Equal((ErrnoCode.None, 1ul), _bench.Unmap(iommufd, Iova + page * Page, 1));
        Volatile.Write(ref stop, true);
        device.Join();
        Assert.Equal(0, aborted);
    }

    [Theory]
    [InlineData(16u, 0)]
    [InlineData(36u, 1)]
    [InlineData(40u, 1)]
    [InlineData(87u, 1)]
    [InlineData(88u, 2)]
    public void Capabilities_come_as_far_as_there_is_room(uint argsz, int capabilities)
    {
        (int iommufd, int group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU, "/dev/iommu");
        _bench.GetDevice(group, "0000:00:10.0", out _);
        _bench.Caller.Bytes.At(ArrayMemory.Base, 256).Fill(0xee);
        _bench.Caller.Bytes.Put(argsz);
        Assert.Equal(ErrnoCode.None, _bench.Call(iommufd, VFIO_IOMMU_GET_INFO, ArrayMemory.Base));
        Assert.Equal(88u, _bench.Caller.Bytes.Get<uint>());
        vfio_info_cap_header first = _bench.Caller.Bytes.Get<vfio_info_cap_header>(ArrayMemory.Base + 24);
        vfio_info_cap_header second = _bench.Caller.Bytes.Get<vfio_info_cap_header>(ArrayMemory.Base + 40);
        Assert.Equal(capabilities >= 1, first.id == (ushort)vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
        Assert.Equal(capabilities >= 2, second.id == (ushort)vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
        if (capabilities != 0)
            Assert.Equal(argsz >= 40 ? 40u : 0u, first.next);
        Assert.All(_bench.Caller.Bytes.At(ArrayMemory.Base + argsz, 8).ToArray(), one => Assert.Equal(0xee, one));
    }
}
