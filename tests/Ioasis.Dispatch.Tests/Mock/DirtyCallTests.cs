using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.iommufd_hwpt_get_dirty_bitmap_flags;

namespace Ioasis.Dispatch.Tests.Mock;

public class DirtyCallTests
{
    private const ulong Page = MemoryBench.Page, Where = MemoryBench.First, Buffer = MemoryBench.Buffer;
    private const ulong Bits = ArrayMemory.Base + 0x1000;

    private readonly MemoryBench _bench = new();
    private readonly uint _space;
    private readonly uint _table;

    public DirtyCallTests()
    {
        _space = _bench.Space();
        iommu_test_mock_domain device = _bench.Device(_space);
        iommu_hwpt_alloc cmd = new()
        {
            size = 48, dev_id = device.out_idev_id, pt_id = _space, flags = iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
        };
        _bench.Succeed(_bench.Call(Abi.Iommufd.IOMMU_HWPT_ALLOC, ref cmd));
        _table = cmd.out_hwpt_id;
        _bench.Map(_space, Buffer, 64 * Page, Where);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0x7f1)]
    public void BitsAreAddedToTheClientsBitmapWhereverItLies(int unaligned)
    {
        _bench.Succeed(Track(true));
        Mark(0b1000_0001);
        Span<byte> bits = _bench.Caller.Bytes.At(Bits + (ulong)unaligned, 9);
        bits.Clear();
        bits[0] = 0b10;
        bits[8] = 0x55; // belongs to somebody else
        _bench.Succeed(Get(Where, 64 * Page, Page, Bits + (ulong)unaligned, IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR));
        Assert.Equal([0b1000_0011, 0, 0, 0, 0, 0, 0, 0, 0x55], bits.ToArray());
        bits.Clear();
        _bench.Succeed(Get(Where, 64 * Page, Page, Bits + (ulong)unaligned));
        Assert.Equal(0b1000_0001, bits[0]);
        bits.Clear();
        _bench.Succeed(Get(Where, 64 * Page, Page, Bits + (ulong)unaligned));
        Assert.Equal(new byte[9], bits.ToArray());
    }

    [Fact]
    public void ABitStandsForAsManyBytesAsTheClientSays()
    {
        _bench.Succeed(Track(true));
        Mark(0b1000_0010);
        Span<byte> bits = _bench.Caller.Bytes.At(Bits, 9);
        bits.Clear();
        _bench.Succeed(Get(Where, 64 * Page, 4 * Page, Bits, IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR));
        Assert.Equal([0b11, 0, 0], bits[..3].ToArray());
        bits.Clear();
        _bench.Succeed(Get(Where, 8 * Page, Page / 4, Bits));
        Assert.Equal([0xf0, 0, 0, 0xf0, 0, 0, 0, 0, 0], bits.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x800)] // then the window ends within a page of the table
    public void ARangeOfSeveralWindowsIsReadToItsEnd(int from)
    {
        const ulong Length = 0xa0000, Bytes = Length / 8; // a bit a byte: a window has 64 KiB of bitmap
        _bench.Succeed(Track(true));
        Assert.Equal(ErrnoCode.None, _bench.TryUnmap(_space, 0, ulong.MaxValue));
        _bench.Map(_space, Buffer, Length, Where);
        Assert.Equal(ErrnoCode.None, TryMark(0b0011_0001, iova: Where + 0x7c000));
        Span<byte> bits = _bench.Caller.Bytes.At(Bits + Page, (int)Bytes);
        bits.Clear();
        _bench.Succeed(Get(Where + (ulong)from, Length - (ulong)from, 1, Bits + Page));
        for (int at = 0; at < bits.Length - from / 8; at++)
        {
            int page = (at * 8 + from) >> 12;
            Assert.Equal(page is 0x7c or 0x80 or 0x81 ? 0xff : 0, bits[at]);
        }

        bits.Clear();
        _bench.Succeed(Get(Where, Length, 1, Bits + Page));
        Assert.Equal(-1, bits.IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void ABitmapThatCannotBeWrittenIsNoError()
    {
        _bench.Succeed(Track(true));
        Mark(1);
        _bench.Succeed(Get(Where, 64 * Page, Page, 16));
        _bench.Succeed(Get(Where, 64 * Page, Page, Bits));
    }

    [Fact]
    public void EveryWrongCallHasItsErrno()
    {
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Get(Where, Page, Page, Bits, (iommufd_hwpt_get_dirty_bitmap_flags)2));
        Assert.Equal(ErrnoCode.EINVAL, Get(Where, 0, Page, Bits));
        Assert.Equal(ErrnoCode.EOVERFLOW, Get(ulong.MaxValue - Page + 1, 2 * Page, Page, Bits));
        Assert.Equal(ErrnoCode.EINVAL, Get(Where + 1, Page, Page, Bits));
        Assert.Equal(ErrnoCode.EINVAL, Get(Where, Page + 1, Page, Bits));
        Assert.Equal(ErrnoCode.EINVAL, Get(Where, Page, 0, Bits));
        Assert.Equal(ErrnoCode.EINVAL, Get(Where + Page, 2 * Page, 2 * Page, Bits));
        Assert.Equal(ErrnoCode.None, Get(Where, Page, Page, Bits)); // tracking is off: clean
        iommu_hwpt_set_dirty_tracking set = new() { size = 16, hwpt_id = _table, flags = (iommufd_hwpt_set_dirty_tracking_flags)2 };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(Abi.Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING, ref set));
        set.flags = 0;
        set.hwpt_id = _space;
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(Abi.Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING, ref set));
        Assert.Equal(ErrnoCode.EINVAL, TryMark(1));
        _bench.Succeed(Track(true));
        Assert.Equal(ErrnoCode.EINVAL, TryMark(1, pageSize: 0));
        Assert.Equal(ErrnoCode.EINVAL, TryMark(1, length: Page + 1));
    }

    private ErrnoCode Track(bool on)
    {
        iommu_hwpt_set_dirty_tracking cmd = new() { size = 16, hwpt_id = _table, flags = (iommufd_hwpt_set_dirty_tracking_flags)(on ? 1 : 0) };
        return _bench.Call(Abi.Iommufd.IOMMU_HWPT_SET_DIRTY_TRACKING, ref cmd);
    }

    private ErrnoCode Get(ulong iova, ulong length, ulong pageSize, ulong data, iommufd_hwpt_get_dirty_bitmap_flags flags = 0)
    {
        iommu_hwpt_get_dirty_bitmap cmd = new()
        {
            size = 48, hwpt_id = _table, flags = flags, iova = iova, length = length, page_size = pageSize, data = data,
        };
        return _bench.Call(Abi.Iommufd.IOMMU_HWPT_GET_DIRTY_BITMAP, ref cmd);
    }

    private void Mark(byte pages) => _bench.Succeed(TryMark(pages));

    private ErrnoCode TryMark(byte pages, ulong pageSize = Page, ulong length = 8 * Page, ulong iova = Where)
    {
        _bench.Caller.Bytes.At(Bits + 0x8000, 1)[0] = pages;
        iommu_test_cmd cmd = new() { op = iommu_test_op.IOMMU_TEST_OP_DIRTY, id = _table };
        cmd.dirty = new iommu_test_dirty { iova = iova, length = length, page_size = pageSize, uptr = Bits + 0x8000 };
        ErrnoCode code = _bench.Test(ref cmd);
        if (code == ErrnoCode.None)
            Assert.Equal((ulong)byte.PopCount(pages), cmd.dirty.out_nr_dirty);
        return code;
    }
}
