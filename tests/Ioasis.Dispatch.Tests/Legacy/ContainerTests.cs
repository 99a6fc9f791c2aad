using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_dma_unmap_flags;
using static Ioasis.Abi.vfio_extension;
using static Ioasis.Dispatch.Tests.Legacy.LegacyBench;

namespace Ioasis.Dispatch.Tests.Legacy;

/// <summary>Type 1's own rules; what each call answers to each mistake is recorded from Linux in tests/oracle.</summary>
public sealed class ContainerTests
{
    private const ulong Iova = 0x100000;
    private const vfio_dma_map_flags NewAddress = vfio_dma_map_flags.VFIO_DMA_MAP_FLAG_VADDR;

    [Theory]
    [InlineData(VFIO_TYPE1_IOMMU, 1, 2, 0)] // begins inside a mapping: nothing
    [InlineData(VFIO_TYPE1_IOMMU, 0, 2, 4)] // reaches into one: all of it
    [InlineData(VFIO_TYPE1_IOMMU, 0, 4, 4)]
    [InlineData(VFIO_TYPE1v2_IOMMU, 0, 4, 4)]
    [InlineData(VFIO_TYPE1v2_IOMMU, 0, 16, 5)]
    public void Version_1_takes_whole_mappings_from_their_start(vfio_extension type, ulong first, ulong pages, ulong unmapped)
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(type);
        bench.Map(container, Iova, 4);
        bench.Map(container, Iova + 8 * Page, 1);
        Assert.Equal((ErrnoCode.None, unmapped), bench.Unmap(container, Iova + first * Page, pages));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 2)]
    [InlineData(2, 4)]
    public void Version_2_cuts_nothing(ulong first, ulong pages)
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Map(container, Iova, 4);
        Assert.Equal(ErrnoCode.EINVAL, bench.Unmap(container, Iova + first * Page, pages).Errno);
        Assert.Equal(ReasonCode.UnmapCuts, bench.Why);
        Assert.Equal((ErrnoCode.None, 4ul), bench.Unmap(container, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL));
    }

    [Fact]
    public void What_is_occupied_is_told_before_what_is_reserved()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Map(container, 0xfee00000 - Page, 1);
        Assert.Equal(ErrnoCode.EEXIST, bench.Map(container, 0xfee00000 - Page, 2));
        Assert.Equal(ErrnoCode.EINVAL, bench.Map(container, 0xfee00000, 1));
        Assert.Equal(ReasonCode.IovaReserved, bench.Why);
    }

    [Fact]
    public void The_65536th_mapping_finds_no_room()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        for (ulong n = 0; n < 65535; n++)
            Assert.Equal(ErrnoCode.None, bench.Map(container, Iova + n * Page, 1));
        Assert.Equal(ErrnoCode.ENOSPC, bench.Map(container, 0, 1));
        Assert.Equal(ErrnoCode.EEXIST, bench.Map(container, Iova, 1));
        Assert.Equal((ErrnoCode.None, 65535ul), bench.Unmap(container, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL));
    }

    [Fact]
    public void A_second_group_shares_the_mappings_unless_it_cannot_reach_them()
    {
        using LegacyBench bench = new(["vtd", "vtd,name=narrow,aperture=0-0xffffff"], ["edu", "edu", "edu,iommu=narrow"]);
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Map(container, 0x1000000, 1);
        int second = bench.Open("/dev/vfio/1"), third = bench.Open("/dev/vfio/2");
        Assert.Equal(ErrnoCode.None, bench.SetContainer(second, container));
        Assert.Equal(ErrnoCode.EINVAL, bench.SetContainer(third, container));
        Assert.Equal(ReasonCode.MappedWhereGroupCannot, bench.Why);
        bench.Unmap(container, 0x1000000, 1);
        Assert.Equal(ErrnoCode.None, bench.SetContainer(third, container));
        Assert.Equal(ErrnoCode.EINVAL, bench.Map(container, 0x1000000, 1));
        bench.Close(third);
        Assert.Equal(ErrnoCode.None, bench.Map(container, 0x1000000, 1));
    }

    [Fact]
    public void All_devices_of_a_group_do_dma_through_the_container_whichever_is_open()
    {
        using LegacyBench bench = new(null, ["edu,group=0", "dmatest,group=0"]);
        (int container, int group) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        Assert.Equal(ErrnoCode.None, bench.GetDevice(group, "0000:00:10.0", out int first));
        Assert.Equal(ErrnoCode.None, bench.GetDevice(group, "0000:00:11.0", out _));
        bench.Close(first);
        Assert.Equal(ErrnoCode.EBUSY, bench.Call(group, VFIO_GROUP_UNSET_CONTAINER));
        Assert.Equal(ErrnoCode.None, bench.Map(container, 0, 1));
    }

    [Fact]
    public void A_new_address_is_given_to_a_whole_mapping_that_was_declared_invalid()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Map(container, Iova, 2);
        Assert.Equal(ErrnoCode.EINVAL, bench.Map(container, Iova, 2, NewAddress));
        Assert.Equal((ErrnoCode.None, 2ul), bench.Unmap(container, Iova, 2, VFIO_DMA_UNMAP_FLAG_VADDR));
        int second = bench.Open("/dev/vfio/1");
        Assert.Equal(ErrnoCode.EBUSY, bench.SetContainer(second, container));
        Assert.Equal(ErrnoCode.EINVAL, bench.Map(container, Iova, 1, NewAddress));
        Assert.Equal(ErrnoCode.None, bench.Map(container, Iova, 2, NewAddress, Data + 8 * Page));
        Assert.Equal(ErrnoCode.ENOENT, bench.Map(container, 0, 2, NewAddress));
        Assert.Equal(ErrnoCode.None, bench.SetContainer(second, container));
    }

    [Fact]
    public void An_unmap_of_an_invalid_mapping_ends_its_invalidity()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Map(container, Iova, 2);
        bench.Unmap(container, 0, 0, VFIO_DMA_UNMAP_FLAG_VADDR | VFIO_DMA_UNMAP_FLAG_ALL);
        Assert.Equal((ErrnoCode.None, 2ul), bench.Unmap(container, Iova, 2));
        bench.Map(container, Iova, 2);
        Assert.Equal(ErrnoCode.EINVAL, bench.Map(container, Iova, 2, NewAddress));
        Assert.Equal(ErrnoCode.None, bench.SetContainer(bench.Open("/dev/vfio/1"), container));
    }

    [Fact]
    public void Map_and_unmap_allocate_nothing_in_steady_state()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        long before = 0;
        for (int i = 0; i < 300; i++)
        {
            if (i == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            bench.Map(container, Iova, 4);
            bench.Unmap(container, Iova, 4);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Only_version_2_tracks_dirty_pages()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1_IOMMU);
        vfio_iommu_type1_dirty_bitmap start = new() { argsz = 8, flags = vfio_iommu_dirty_pages_flags.VFIO_IOMMU_DIRTY_PAGES_FLAG_START };
        Assert.Equal(ErrnoCode.EACCES, bench.Call(container, VFIO_IOMMU_DIRTY_PAGES, ref start));
    }

    [Fact]
    public void Locked_pages_are_counted_for_the_process_and_limited_without_the_capability()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Caller.Bytes.Limits.Memlock = 3 * Page;
        Assert.Equal(ErrnoCode.None, bench.Map(container, Iova, 2));
        Assert.Equal(ErrnoCode.ENOMEM, bench.Map(container, 0, 2));
        Assert.Equal((2ul, 0ul), (bench.Caller.Bytes.Owner.Process.Pages, bench.Caller.Bytes.Owner.Pinned.Pages));
        bench.Caller.Capabilities.Add(Capability.IpcLock);
        Assert.Equal(ErrnoCode.None, bench.Map(container, 0, 2));
        Assert.Equal(4ul, bench.Caller.Bytes.Owner.Process.Pages);
        bench.Unmap(container, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL);
        Assert.Equal(0ul, bench.Caller.Bytes.Owner.Process.Pages);
    }

    [Fact]
    public void A_new_address_in_the_same_memory_locks_nothing_more()
    {
        using LegacyBench bench = new();
        (int container, _) = bench.Prepare(VFIO_TYPE1v2_IOMMU);
        bench.Caller.Bytes.Limits.Memlock = 2 * Page;
        bench.Map(container, Iova, 2);
        bench.Unmap(container, Iova, 2, VFIO_DMA_UNMAP_FLAG_VADDR);
        Assert.Equal(ErrnoCode.None, bench.Map(container, Iova, 2, NewAddress, Data + 8 * Page));
        Assert.Equal(2ul, bench.Caller.Bytes.Owner.Process.Pages);
        bench.Unmap(container, Iova, 2);
        Assert.Equal(0ul, bench.Caller.Bytes.Owner.Process.Pages);
    }
}
