using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Legacy;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_region_info_flags;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>BAR2 of a dmatest with memory: read, written, mapped, reset, and opened more than once.</summary>
public sealed class MemoryBarTests : IDisposable
{
    private const uint Memory = 2;
    private const string Address = "0000:00:10.0";
    private readonly LegacyBench _bench = new(null, ["dmatest,memory=64K"]);
    private readonly List<Pages> _pages = [];

    public void Dispose()
    {
        _bench.Dispose();
        _pages.ForEach(static one => one.Dispose());
    }

    [Fact]
    public void It_can_be_mapped_and_the_other_regions_cannot()
    {
        int device = Bind(withPages: true);
        foreach ((uint region, vfio_region_info_flags flags, ulong size) in new[]
        {
            (0u, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE, 4096ul),
            (Memory, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | VFIO_REGION_INFO_FLAG_MMAP, 65536ul),
            (3u, (vfio_region_info_flags)0, 0ul),
        })
        {
            vfio_region_info info = new() { argsz = 32, index = region };
            Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_GET_REGION_INFO, ref info));
            Assert.Equal((flags, size), (info.flags, info.size));
        }

        Assert.Equal(ErrnoCode.None, TryMap(device, Memory, 0, 65536));
        Assert.Equal(ErrnoCode.None, TryMap(device, Memory, 61440, 4096));
        Assert.Equal(ErrnoCode.EINVAL, TryMap(device, Memory, 61440, 8192));
        Assert.Equal(ErrnoCode.EINVAL, TryMap(device, Memory, 65536, 4096));
        Assert.Equal(ErrnoCode.EINVAL, TryMap(device, 0, 0, 4096));
        Assert.Equal(ErrnoCode.EINVAL, TryMap(device, 7, 0, 4096));
        Assert.Equal(ReasonCode.RegionNotMappable, _bench.Why);
    }

    [Fact]
    public void What_is_mapped_and_what_is_read_and_written_is_one()
    {
        int device = Bind(withPages: true);
        Write(device, 0x1234, 0x11223344);
        Assert.Equal(0x11223344u, _pages[0].At(Memory, 0x1234));
        _pages[0].At(Memory, 0x8000) = 0x55667788;
        Assert.Equal(0x55667788u, Read(device, 0x8000));
    }

    [Fact]
    public void A_reset_clears_it_and_a_new_client_finds_it_clear()
    {
        int device = Bind(withPages: true);
        Write(device, 0, 1);
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_RESET));
        Assert.Equal(0u, _pages[0].At(Memory, 0));
        Write(device, 0, 2);
        _bench.Close(device);
        Assert.Equal(0u, Read(Bind(withPages: true), 0));
    }

    [Fact]
    public void Without_pages_it_is_memory_all_the_same()
    {
        int device = Bind(withPages: false);
        vfio_region_info info = new() { argsz = 32, index = Memory };
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_GET_REGION_INFO, ref info));
        Assert.Equal(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE, info.flags);
        Write(device, 0xfffc, 7);
        Assert.Equal(7u, Read(device, 0xfffc));
    }

    [Fact]
    public void Two_files_of_a_group_see_the_same_memory_and_it_stays_when_the_first_is_closed()
    {
        _bench.Caller.NewPages = () => Made();
        (_, int group) = _bench.Prepare(vfio_extension.VFIO_TYPE1v2_IOMMU);
        Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Address, out int first));
        Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Address, out int second));
        Write(first, 0x100, 9);
        Assert.Equal(9u, Read(second, 0x100));
        Assert.Equal((ErrnoCode.None, ErrnoCode.EINVAL), (TryMap(first, Memory, 0, 4096), TryMap(second, Memory, 0, 4096)));
        _bench.Close(first);
        Assert.Equal(9u, Read(second, 0x100));
    }

    private int Bind(bool withPages)
    {
        int device = _bench.Open("/dev/vfio/devices/vfio0");
        if (withPages)
            _bench.File(device).Pages = Made();
        vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = _bench.Open("/dev/iommu") };
        Assert.Equal(ErrnoCode.None, _bench.Call(device, VFIO_DEVICE_BIND_IOMMUFD, ref bind));
        return device;
    }

    private Pages Made()
    {
        _pages.Add(new Pages());
        return _pages[^1];
    }

    private ErrnoCode TryMap(int device, uint region, ulong at, ulong length) =>
        _bench.File(device).CheckMap(VfioBench.Offset(region, at), length, ref _bench.Caller.Why).Code;

    private void Write(int device, ulong at, uint value)
    {
        _bench.Caller.Bytes.Put(value, LegacyBench.Data);
        Assert.True(_bench.File(device).Write(_bench.Caller, LegacyBench.Data, 4, VfioBench.Offset(Memory, at), out _, ref _bench.Caller.Why).Succeeded);
    }

    private uint Read(int device, ulong at)
    {
        Assert.True(_bench.File(device).Read(_bench.Caller, LegacyBench.Data, 4, VfioBench.Offset(Memory, at), out _, ref _bench.Caller.Why).Succeeded);
        return _bench.Caller.Bytes.Get<uint>(LegacyBench.Data);
    }

    /// <summary>Pages of a file, as the runner or the embedded system would make them.</summary>
    private sealed unsafe class Pages : IFilePages, IDisposable
    {
        private readonly Dictionary<ulong, nint> _maps = [];

        public byte* Map(ulong offset, ulong length)
        {
            if (!_maps.TryGetValue(offset, out nint map))
                _maps.Add(offset, map = (nint)NativeMemory.AllocZeroed((nuint)length));
            return (byte*)map;
        }

        public bool IsMapped(ulong offset, ulong length) => false;

        public ref uint At(uint region, ulong at) => ref *(uint*)(_maps[VfioBench.Offset(region, 0)] + (nint)at);

        public void Dispose()
        {
            foreach (nint map in _maps.Values)
                NativeMemory.Free((void*)map);
        }
    }
}
