using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Vfio;

public sealed class RegionTests : IDisposable
{
    private readonly VfioBench _bench = new();

    public RegionTests()
    {
        _bench.Bind(_bench.Edu);
        _bench.Bind(_bench.DmaTest);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void The_whole_configuration_space_is_read_at_once()
    {
        Assert.Equal(ErrnoCode.None, _bench.TryRead(_bench.Edu, 7, 0, 4096, out long transferred));
        Assert.Equal(4096, transferred);
        byte[] config = _bench.Caller.Bytes.At(VfioBench.Data, 4096).ToArray();
        Assert.Equal([0x34, 0x12, 0xe8, 0x11, 0x02, 0x00], config[..6]);
        Assert.Equal(0x10, config[8]);
        Assert.Equal(1, config[0x3d]);
    }

    [Theory]
    [InlineData(4096ul, 1ul)]
    [InlineData(4095ul, 2ul)]
    [InlineData(0ul, 4097ul)]
    public void Beyond_configuration_space_is_EFAULT(ulong at, ulong count)
    {
        Assert.Equal(ErrnoCode.EFAULT, _bench.TryRead(_bench.Edu, 7, at, count, out _));
        Assert.Equal(ErrnoCode.EFAULT, _bench.TryWrite(_bench.Edu, 7, at, count, out _));
        Assert.Equal(ReasonCode.ConfigRangeInvalid, _bench.Why.Code);
    }

    [Fact]
    public void A_range_that_leaves_a_bar_is_short_and_one_that_starts_outside_is_refused()
    {
        Assert.Equal(ErrnoCode.None, _bench.TryRead(_bench.Edu, 0, (1 << 20) - 16, 32, out long transferred));
        Assert.Equal(16, transferred);
        Assert.Equal(ErrnoCode.None, _bench.TryWrite(_bench.Edu, 0, (1 << 20) - 16, 32, out transferred));
        Assert.Equal(16, transferred);
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryRead(_bench.Edu, 0, 1 << 20, 4, out _));
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryWrite(_bench.Edu, 0, 1 << 20, 4, out _));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(6u)]
    [InlineData(8u)]
    [InlineData(100u)]
    public void A_region_that_is_not_there_cannot_be_accessed(uint region)
    {
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryRead(_bench.Edu, region, 0, 4, out _));
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryWrite(_bench.Edu, region, 0, 4, out _));
    }

    [Fact]
    public void Bar_0_lies_at_the_beginning_and_ends_with_its_size()
    {
        Assert.Equal(ErrnoCode.None, _bench.Edu.Read(_bench.Caller, VfioBench.Data, 4, 0, out _, ref _bench.Why).Code);
        Assert.Equal([0xed, 0, 0, 1], _bench.Caller.Bytes.At(VfioBench.Data, 4).ToArray());
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.Read(_bench.Caller, VfioBench.Data, 4, (15ul << 40) + (1 << 20), out _, ref _bench.Why).Code);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.Read(_bench.Caller, VfioBench.Data, 4, ulong.MaxValue >> 1, out _, ref _bench.Why).Code);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.Write(_bench.Caller, VfioBench.Data, 4, (1ul << 40) - 1, out _, ref _bench.Why).Code);
    }

    [Fact]
    public void No_bytes_are_always_none()
    {
        Assert.Equal(ErrnoCode.None, _bench.TryRead(_bench.Edu, 100, 0, 0, out long transferred));
        Assert.Equal(0, transferred);
    }

    [Fact]
    public void With_memory_space_off_a_bar_is_EIO()
    {
        _bench.WriteConfig(_bench.Edu, 4, 0, 2);
        Assert.Equal(ErrnoCode.EIO, _bench.TryRead(_bench.Edu, 0, 0, 4, out _));
        Assert.Equal(ErrnoCode.EIO, _bench.TryWrite(_bench.Edu, 0, 4, 4, out _));
        Assert.Equal((ReasonCode.MemorySpaceOff, "0000:00:10.0"), (_bench.Why.Code, _bench.Why.Name));
        _bench.WriteConfig(_bench.Edu, 4, 2, 2);
        Assert.Equal(0x010000edu, _bench.ReadRegister(_bench.Edu, 0));
    }

    [Fact]
    public void Memory_of_the_caller_that_is_not_there_is_EFAULT()
    {
        const ulong edge = ArrayMemory.End - 2;
        ulong offset = VfioBench.Offset(0, 4);
        _bench.WriteRegister(_bench.Edu, 4, 0x11111111);
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Read(_bench.Caller, edge, 4, offset, out _, ref _bench.Why).Code);
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Write(_bench.Caller, edge, 4, offset, out _, ref _bench.Why).Code);
        Assert.Equal(0xeeeeeeeeu, _bench.ReadRegister(_bench.Edu, 4));
    }

    [Fact]
    public void A_long_access_is_cut_without_narrowing_the_accesses_of_the_device()
    {
        // 8-byte accesses below 0x80 read as ones, 4-byte ones as registers: a narrower cut would show.
        Assert.Equal(ErrnoCode.None, _bench.TryRead(_bench.Edu, 0, 4, 0x8000, out long transferred));
        Assert.Equal(0x8000, transferred);
        Span<byte> bytes = _bench.Caller.Bytes.At(VfioBench.Data, 0x8000);
        Assert.Equal(new byte[4], bytes[..4].ToArray());
        Assert.Equal(-1, bytes[4..0x7c].IndexOfAnyExcept((byte)0xff));
    }

    [Fact]
    public void The_msix_table_reads_ones()
    {
        Assert.Equal(ErrnoCode.None, _bench.TryRead(_bench.DmaTest, 1, 0, 64, out long transferred));
        Assert.Equal(64, transferred);
        Assert.Equal(-1, _bench.Caller.Bytes.At(VfioBench.Data, 64).IndexOfAnyExcept((byte)0xff));
    }

    [Fact]
    public void Nothing_can_be_mapped()
    {
        Assert.Equal(ErrnoCode.EINVAL, _bench.Edu.CheckMap(VfioBench.Offset(0, 0), 4096, ref _bench.Why).Code);
        Assert.Equal(ReasonCode.RegionNotMappable, _bench.Why.Code);
    }
}
