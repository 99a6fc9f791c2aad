using System.Runtime.InteropServices;
using Ioasis.Engine.Legacy;
using Ioasis.Engine.Reasons;
using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_iommu_dirty_pages_flags;
using static Ioasis.Dispatch.Tests.Legacy.LegacyBench;

namespace Ioasis.Dispatch.Tests.Legacy;

public sealed class DirtyBitmapTests
{
    private const ulong Iova = 0x10000000, Bits = Data + 0x80000;

    /// <summary>A request as it lies in memory: the structure, the range and the bitmap behind each other.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Get
    {
        public vfio_iommu_type1_dirty_bitmap Head;
        public vfio_iommu_type1_dirty_bitmap_get Range;
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 63)]
    [InlineData(0, 64)]
    [InlineData(0, 65)]
    [InlineData(5, 1)]
    [InlineData(5, 59)]
    [InlineData(5, 60)]
    [InlineData(63, 2)]
    [InlineData(64, 64)]
    [InlineData(100, 150)]
    public void Every_mapped_page_is_dirty_and_no_other(int first, int count)
    {
        using LegacyBench bench = new();
        int container = Start(bench);
        Assert.Equal(ErrnoCode.None, bench.Map(container, Iova + (ulong)first * Page, (ulong)count, from: ArrayMemory.Base));
        Assert.Equal(ErrnoCode.None, Ask(bench, container, 256));
        for (int page = 0; page < 256; page++)
            Assert.Equal(page >= first && page < first + count, IsSet(bench, page));
    }

    [Theory]
    [InlineData(8, 0xffff_ffff_ffff_ffff)]
    [InlineData(0, 3)]
    public void A_first_word_that_also_stands_for_pages_before_the_mapping_keeps_its_bits(ulong first, ulong word)
    {
        using LegacyBench bench = new();
        int container = Start(bench);
        bench.Map(container, Iova + first * Page, 2);
        bench.Caller.Bytes.At(Bits, 16).Fill(0xff);
        Assert.Equal(ErrnoCode.None, Ask(bench, container, 128));
        Assert.Equal(word, bench.Caller.Bytes.Get<ulong>(Bits));
        Assert.Equal(ulong.MaxValue, bench.Caller.Bytes.Get<ulong>(Bits + 8));
    }

    [Fact]
    public void A_bitmap_must_be_large_enough_and_not_too_large()
    {
        Reason why = default;
        Assert.True(new DirtyBitmap(Data, 16, 4096).Check(128 * Page, ref why).Succeeded);
        Assert.True(new DirtyBitmap(Data, 15, 4096).Check(128 * Page, ref why).Failed);
        Assert.True(new DirtyBitmap(Data, 16, 4096).Check(129 * Page, ref why).Failed);
        Assert.True(new DirtyBitmap(Data, DirtyBitmap.MostBytes + 1, 4096).Check(Page, ref why).Failed);
        Assert.True(new DirtyBitmap(Data, 8, 0).Check(Page, ref why).Failed);
        Assert.True(new DirtyBitmap(ulong.MaxValue - 8, 8, 4096).Check(Page, ref why).Failed);
    }

    private static int Start(LegacyBench bench)
    {
        (int container, _) = bench.Prepare(vfio_extension.VFIO_TYPE1v2_IOMMU);
        vfio_iommu_type1_dirty_bitmap start = new() { argsz = 8, flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_START };
        Assert.Equal(ErrnoCode.None, bench.Call(container, VFIO_IOMMU_DIRTY_PAGES, ref start));
        return container;
    }

    private static ErrnoCode Ask(LegacyBench bench, int container, ulong pages)
    {
        Get get = new()
        {
            Head = new() { argsz = 48, flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP },
            Range = new() { iova = Iova, size = pages * Page, bitmap = new() { data = Bits, size = pages / 8, pgsize = Page } },
        };
        return bench.Call(container, VFIO_IOMMU_DIRTY_PAGES, ref get);
    }

    private static bool IsSet(LegacyBench bench, int page) => (bench.Caller.Bytes.At(Bits + (ulong)page / 8, 1)[0] >> page % 8 & 1) != 0;
}
