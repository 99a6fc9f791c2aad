using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Legacy;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_device_feature_flags;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>A dma-buf of one device's memory, which another device reaches by DMA through their common address space.</summary>
public sealed class DmaBufTests : IDisposable
{
    private const uint Memory = 2;
    private const ulong Iova = 0x100000;
    private readonly LegacyBench _bench = new(null, ["dmatest,memory=64K", "dmatest"]);
    private readonly int _iommufd, _exporter;
    private readonly uint _space;
    private readonly DmaPort _other;

    public DmaBufTests()
    {
        _iommufd = _bench.Open("/dev/iommu");
        iommu_ioas_alloc alloc = new() { size = 12 };
        Assert.Equal(ErrnoCode.None, _bench.Call(_iommufd, IOMMU_IOAS_ALLOC, ref alloc));
        _space = alloc.out_ioas_id;
        _exporter = Bind(0);
        int other = Bind(1);
        vfio_device_attach_iommufd_pt attach = new() { argsz = 12, pt_id = _space };
        Assert.Equal(ErrnoCode.None, _bench.Call(other, VFIO_DEVICE_ATTACH_IOMMUFD_PT, ref attach));
        _bench.Machine.Functions[1].Physical.BusMaster = true;
        _other = _bench.Machine.Functions[1].Physical.OpenPort();
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Another_device_reads_and_writes_what_the_client_reads_and_writes()
    {
        Assert.Equal(ErrnoCode.None, Export(out int buffer, Memory, (0x8000, 0x4000)));
        Assert.Equal(ErrnoCode.None, Map(buffer, 0x1000, 0x2000));
        Assert.True(_other.Write(new Iova(Iova + 8), [1, 2, 3, 4]));
        Assert.Equal(0x04030201u, Read(0x9008));
        Write(0xa000, 0x55667788);
        byte[] bytes = new byte[4];
        Assert.True(_other.Read(new Iova(Iova + 0x1000), bytes));
        Assert.Equal([0x88, 0x77, 0x66, 0x55], bytes);
        Assert.False(_other.Read(new Iova(Iova + 0x2000), bytes));
    }

    [Fact]
    public void It_stays_mapped_when_its_descriptor_is_closed_and_nobody_is_charged()
    {
        Export(out int buffer, Memory, (0, 0x1000));
        Map(buffer, 0, 0x1000);
        _bench.Close(buffer);
        Assert.True(_other.Write(new Iova(Iova), [9]));
        Assert.Equal(9u, Read(0));
        Assert.Equal(0ul, _bench.Caller.Bytes.Owner.Pinned.Pages);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("memory off")]
    [InlineData("low power")]
    [InlineData("asleep")]
    public void What_was_mapped_loses_its_memory_for_good_and_can_be_mapped_anew(string how)
    {
        Export(out int buffer, Memory, (0, 0x1000));
        Assert.Equal(ErrnoCode.None, Map(buffer, 0, 0x1000));
        Take(how);
        Assert.False(_other.Write(new Iova(Iova), [9]));
        if (how != "reset")
            Assert.Equal(ErrnoCode.ENODEV, Map(buffer, 0, 0x1000, Iova + 0x10000));
        GiveBack(how);
        Assert.False(_other.Write(new Iova(Iova), [9]));
        Assert.Equal(ErrnoCode.None, Map(buffer, 0, 0x1000, Iova + 0x10000));
        Assert.True(_other.Write(new Iova(Iova + 0x10000), [9]));
    }

    [Fact]
    public void It_is_dead_once_the_device_is_closed()
    {
        Export(out int buffer, Memory, (0, 0x1000));
        Map(buffer, 0, 0x1000);
        _bench.Close(_exporter);
        Assert.False(_other.Write(new Iova(Iova), [9]));
        Bind(0);
        Assert.Equal(ErrnoCode.ENODEV, Map(buffer, 0, 0x1000, Iova + 0x10000));
    }

    [Fact]
    public void Several_pieces_make_a_buffer_that_cannot_be_mapped()
    {
        Assert.Equal(ErrnoCode.None, Export(out int buffer, Memory, (0, 0x1000), (0x4000, 0x2000)));
        Assert.Equal(0x3000, ((DmaBufFile)_bench.File(buffer)).Buffer.Length);
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Map(buffer, 0, 0x1000));
        Assert.Equal(ReasonCode.BufferScattered, _bench.Why);
    }

    [Theory]
    [InlineData(2u, 0ul, 0ul, ErrnoCode.EINVAL)]
    [InlineData(2u, 0x800ul, 0x1000ul, ErrnoCode.EINVAL)]
    [InlineData(2u, 0ul, 0x800ul, ErrnoCode.EINVAL)]
    [InlineData(2u, 0xf000ul, 0x2000ul, ErrnoCode.EINVAL)]
    [InlineData(2u, 0x10000ul, 0x1000ul, ErrnoCode.EINVAL)]
    [InlineData(2u, 0xfffffffffffff000ul, 0x1000ul, ErrnoCode.EOVERFLOW)]
    [InlineData(0u, 0ul, 0x1000ul, ErrnoCode.ENODEV)] // registers
    [InlineData(5u, 0ul, 0x1000ul, ErrnoCode.ENODEV)] // no such BAR
    [InlineData(7u, 0ul, 0x1000ul, ErrnoCode.ENODEV)] // configuration space
    public void Pieces_are_whole_pages_of_a_bar_of_memory(uint region, ulong offset, ulong length, ErrnoCode errno) =>
        Assert.Equal(errno, Export(out _, region, (offset, length)));

    [Fact]
    public void There_is_at_least_one_piece_and_there_are_no_flags()
    {
        Assert.Equal(ErrnoCode.EINVAL, Export(out _, Memory));
        vfio_device_feature probe = new() { argsz = 8, flags = VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF };
        Assert.Equal(ErrnoCode.None, _bench.Call(_exporter, VFIO_DEVICE_FEATURE, ref probe));
        probe = new() { argsz = 8, flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_BUF };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(_exporter, VFIO_DEVICE_FEATURE, ref probe));
        Assert.Empty(_bench.Caller.Reserved);
    }

    private int Bind(int index)
    {
        int device = _bench.Open($"/dev/vfio/devices/vfio{index}");
        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = _iommufd };
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        return device;
    }

    private ErrnoCode Export(out int buffer, uint region, params (ulong Offset, ulong Length)[] ranges)
    {
        _bench.Caller.Bytes.Put(new vfio_device_feature { argsz = 24 + 16 * (uint)ranges.Length, flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF });
        _bench.Caller.Bytes.Put(new vfio_device_feature_dma_buf { region_index = region, nr_ranges = (uint)ranges.Length }, ArrayMemory.Base + 8);
        for (int i = 0; i < ranges.Length; i++)
            _bench.Caller.Bytes.Put(new vfio_region_dma_range { offset = ranges[i].Offset, length = ranges[i].Length }, ArrayMemory.Base + 24 + 16 * (ulong)i);
        ErrnoCode errno = _bench.Call(_exporter, VFIO_DEVICE_FEATURE, ArrayMemory.Base, out long result);
        buffer = (int)result;
        return errno;
    }

    private ErrnoCode Map(int buffer, ulong start, ulong length, ulong iova = Iova)
    {
        iommu_ioas_map_file map = new()
        {
            size = 40, flags = (iommufd_ioas_map_flags)7, ioas_id = _space, fd = buffer, start = start, length = length, iova = iova,
        };
        return _bench.Call(_iommufd, IOMMU_IOAS_MAP_FILE, ref map);
    }

    private void Take(string how)
    {
        switch (how)
        {
            case "reset":
                Assert.Equal(ErrnoCode.None, _bench.Call(_exporter, VFIO_DEVICE_RESET));
                break;
            case "memory off":
                WriteConfig(4, 0);
                break;
            case "asleep":
                WriteConfig(0x44, 3); // D3hot; power management is the first capability
                break;
            default:
                Feature(VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY);
                break;
        }
    }

    private void GiveBack(string how)
    {
        switch (how)
        {
            case "reset":
                break;
            case "memory off":
                WriteConfig(4, 2);
                break;
            case "asleep":
                WriteConfig(0x44, 0);
                break;
            default:
                Feature(VFIO_DEVICE_FEATURE_LOW_POWER_EXIT);
                break;
        }
    }

    private void Feature(vfio_device_feature_flags feature)
    {
        vfio_device_feature set = new() { argsz = 8, flags = VFIO_DEVICE_FEATURE_SET | feature };
        Assert.Equal(ErrnoCode.None, _bench.Call(_exporter, VFIO_DEVICE_FEATURE, ref set));
    }

    private void WriteConfig(ulong at, ushort value)
    {
        _bench.Caller.Bytes.Put(value, LegacyBench.Data);
        Assert.True(_bench.File(_exporter).Write(_bench.Caller, LegacyBench.Data, 2, VfioBench.Offset(7, at), out _, ref _bench.Caller.Why).Succeeded);
    }

    private void Write(ulong at, uint value)
    {
        _bench.Caller.Bytes.Put(value, LegacyBench.Data);
        Assert.True(_bench.File(_exporter).Write(_bench.Caller, LegacyBench.Data, 4, VfioBench.Offset(Memory, at), out _, ref _bench.Caller.Why).Succeeded);
    }

    private uint Read(ulong at)
    {
        Assert.True(_bench.File(_exporter).Read(_bench.Caller, LegacyBench.Data, 4, VfioBench.Offset(Memory, at), out _, ref _bench.Caller.Why).Succeeded);
        return _bench.Caller.Bytes.Get<uint>(LegacyBench.Data);
    }
}
