using static Ioasis.Abi.vfio_region_info_flags;

namespace Ioasis.Devices.Tests.Pci;

public sealed class RegisterAccessTests : IDisposable
{
    private readonly TestFunction _function = new(TestPhysical.Create());

    public RegisterAccessTests() => _function.Open();

    public void Dispose() => _function.Dispose();

    [Theory]
    [InlineData(0, 8, "r0:0/8")]
    [InlineData(4, 8, "r0:4/4 r0:8/4")]
    [InlineData(1, 8, "r0:1/1 r0:2/2 r0:4/4 r0:8/1")]
    [InlineData(8, 15, "r0:8/8 r0:10/4 r0:14/2 r0:16/1")]
    [InlineData(7, 1, "r0:7/1")]
    public void A_range_is_cut_into_the_widest_aligned_accesses(ulong offset, int count, string expected)
    {
        Assert.True(_function.TryReadBar(0, offset, new byte[count]));
        Assert.Equal(expected, string.Join(' ', _function.Accesses));
    }

    [Fact]
    public void Values_are_little_endian()
    {
        byte[] six = new byte[6];
        Assert.True(_function.TryReadBar(0, 0, six));
        Assert.Equal([1, 2, 3, 4, 5, 2], six);
        Assert.True(_function.TryWriteBar(0, 2, [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]));
        Assert.Equal(["w0:2/2=2211", "w0:4/4=66554433", "w0:8/1=77"], _function.Accesses[^3..]);
    }

    [Fact]
    public void The_msix_table_reads_ones_takes_no_writes_and_its_neighbours_are_the_devices()
    {
        byte[] bytes = new byte[0x90];
        Assert.True(_function.TryReadBar(TestFunction.TableBar, 0xf8, bytes));
        Assert.Equal(Enumerable.Repeat((byte)0xff, 0x80), bytes[8..0x88]);
        Assert.Equal(["r4:f8/8", "r4:180/8"], _function.Accesses);
        _function.Accesses.Clear();
        Assert.True(_function.TryWriteBar(TestFunction.TableBar, 0xf8, bytes));
        Assert.Equal(["w4:f8/8", "w4:180/8"], _function.Accesses.Select(access => access.Split('=')[0]));
    }

    [Fact]
    public void With_memory_space_off_only_the_msix_table_answers()
    {
        _function.WriteConfig(4, [0, 0]);
        byte[] bytes = new byte[16];
        Assert.True(_function.TryReadBar(TestFunction.TableBar, 0x100, bytes));
        Assert.Equal(Enumerable.Repeat((byte)0xff, 16), bytes);
        Assert.True(_function.TryWriteBar(TestFunction.TableBar, 0x174, new byte[12]));
        Assert.False(_function.TryReadBar(TestFunction.TableBar, 0xf8, bytes));
        Assert.False(_function.TryReadBar(TestFunction.TableBar, 0x178, bytes));
        Assert.False(_function.TryWriteBar(TestFunction.TableBar, 0x178, bytes));
        Assert.False(_function.TryReadBar(TestFunction.TableBar, 0x800, new byte[8]));
        Assert.False(_function.TryReadBar(0, 0, new byte[4]));
        Assert.False(_function.TryWriteBar(0, 0, new byte[4]));
        Assert.Empty(_function.Accesses);
    }

    [Fact]
    public void Pending_bits_read_zero()
    {
        byte[] bytes = new byte[16];
        Assert.True(_function.TryReadBar(TestFunction.TableBar, 0x800, bytes));
        Assert.Equal(new byte[8], bytes[..8]);
        Assert.Equal(["r4:808/8"], _function.Accesses);
    }

    [Fact]
    public void Regions_are_the_bars_that_exist_and_configuration_space()
    {
        const Abi.vfio_region_info_flags both = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
        Assert.Equal(new Devices.Pci.RegionInfo(1 << 16, both), _function.Region(0));
        Assert.Equal(new Devices.Pci.RegionInfo(1ul << 33, both), _function.Region(2));
        Assert.Equal(default(Devices.Pci.RegionInfo), _function.Region(3));
        Assert.Equal(default(Devices.Pci.RegionInfo), _function.Region(6));
        Assert.Equal(new Devices.Pci.RegionInfo(4096, both), _function.Region(7));
        Assert.Null(_function.Region(8));
        Assert.Null(_function.Region(uint.MaxValue));
    }
}
