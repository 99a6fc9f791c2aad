using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Mock;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.iommufd_hwpt_alloc_flags;
using static Ioasis.Abi.iommufd_ioas_map_flags;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Failures;

/// <summary>The calls on files, dirty pages, options, hardware queues and accesses.</summary>
public sealed partial class FailNthTests
{
    private const int FileNumber = 50;

    private readonly string _file = $"/dev/shm/ioasis-fail-nth-{Guid.NewGuid():N}";

    /// <summary>
    /// One takes nothing that could be short, and looks for no object but the one that it names; the other never succeeds.
    /// </summary>
    private static readonly string[] s_cannotFail = [nameof(IOMMU_DESTROY), nameof(IOMMU_IOAS_NOIOMMU_GET_PA)];

    [Fact]
    public void EveryCallOfTheTableIsTried()
    {
        string[] tried = [.. Calls.Select(row => row.Data.Item1)];
        foreach (IoctlRow row in IommufdTable.Rows)
        {
            if (!row.IsHole && row.Number != iommu_test_cmd.IOMMU_TEST_CMD && !s_cannotFail.Contains(row.Name))
                Assert.Contains(row.Name, tried);
        }
    }

    private Func<ErrnoCode> PrepareMemory(string name)
    {
        switch (name)
        {
            case nameof(IOMMU_IOAS_MAP_FILE):
                OpenFile();
                return () => MapFile(_bench.Space, FileNumber);
            case "dma-buf " + nameof(IOMMU_IOAS_MAP_FILE):
                int buffer = Buffer();
                return () => MapFile(_bench.Space, buffer);
            case nameof(IOMMU_IOAS_CHANGE_PROCESS):
                OpenFile();
                Assert.Equal(ErrnoCode.None, MapFile(_bench.Space, FileNumber));
                TestCaller other = new();
                return () =>
                {
                    iommu_ioas_change_process cmd = new() { size = 8 };
                    ErrnoCode errno = other.Call(_bench.Bench.File, IOMMU_IOAS_CHANGE_PROCESS, ref cmd);
                    _bench.Caller.Why = other.Why;
                    return errno;
                };
            case nameof(IOMMU_OPTION):
                return () => Call(IOMMU_OPTION, new iommu_option
                {
                    size = 24, option_id = iommufd_option.IOMMU_OPTION_HUGE_PAGES, op = iommufd_option_ops.IOMMU_OPTION_OP_GET, object_id = _bench.Space,
                });
            case nameof(IOMMU_HWPT_SET_DIRTY_TRACKING):
                uint table = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
                return () => Call(IOMMU_HWPT_SET_DIRTY_TRACKING, new iommu_hwpt_set_dirty_tracking
                {
                    size = 16, hwpt_id = table, flags = iommufd_hwpt_set_dirty_tracking_flags.IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
                });
            case nameof(IOMMU_HWPT_GET_DIRTY_BITMAP):
                uint tracking = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
                Assert.Equal(ErrnoCode.None, Map(_bench.Space, Iova));
                return () => Call(IOMMU_HWPT_GET_DIRTY_BITMAP, new iommu_hwpt_get_dirty_bitmap
                {
                    size = 48, hwpt_id = tracking, iova = Iova, length = 0x4000, page_size = 0x1000, data = MockBench.Beside,
                });
            case nameof(IOMMU_HW_QUEUE_ALLOC):
                Assert.Equal(ErrnoCode.None, Map(_bench.Space, Iova));
                uint owner = VirtualIommu();
                return () => Call(IOMMU_HW_QUEUE_ALLOC, new iommu_hw_queue_alloc
                {
                    size = 40, viommu_id = owner, type = (iommu_hw_queue_type)MockFormat.HardwareQueueType, nesting_parent_iova = Iova, length = 0x1000,
                });
            default:
                return PrepareAccess(name);
        }
    }

    private Func<ErrnoCode> PrepareAccess(string name)
    {
        uint space = _bench.Bench.Space();
        Assert.Equal(ErrnoCode.None, Map(space, Iova));
        Assert.Equal(ErrnoCode.None, Map(space, Iova + 0x4000));
        iommu_test_cmd create = new() { op = IOMMU_TEST_OP_CREATE_ACCESS, id = space };
        create.create_access.flags = mock_access_flags.MOCK_FLAGS_ACCESS_WRITE; // it pins
        if (name == nameof(IOMMU_TEST_OP_CREATE_ACCESS))
            return () => Test(create);
        Assert.Equal(ErrnoCode.None, _bench.Test(ref create));
        iommu_test_cmd cmd = new() { id = create.create_access.out_access_fd };
        switch (name)
        {
            case nameof(IOMMU_TEST_OP_ACCESS_PAGES):
                cmd.op = IOMMU_TEST_OP_ACCESS_PAGES;
                cmd.access_pages = new iommu_test_access_pages { iova = Iova, length = 0x8000 };
                return () => Test(cmd);
            case nameof(IOMMU_TEST_OP_ACCESS_RW):
                cmd.op = IOMMU_TEST_OP_ACCESS_RW;
                cmd.access_rw = new iommu_test_access_rw { iova = Iova + 0x3000, length = 0x2000, uptr = MockBench.Beside };
                return () => Test(cmd);
            default:
                throw new ArgumentException(name, nameof(name));
        }
    }

    private ErrnoCode Test(iommu_test_cmd cmd) => _bench.Test(ref cmd);

    private int Buffer()
    {
        iommu_test_cmd cmd = new() { size = 72, op = IOMMU_TEST_OP_DMABUF_GET };
        cmd.dmabuf_get.length = 0x4000;
        _bench.Caller.Bytes.Put(cmd);
        Assert.True(_bench.Bench.File.Ioctl(_bench.Caller, iommu_test_cmd.IOMMU_TEST_CMD, ArrayMemory.Base, out long number, ref _bench.Caller.Why).Succeeded);
        return (int)number;
    }

    private ErrnoCode MapFile(uint space, int file) => Call(IOMMU_IOAS_MAP_FILE, new iommu_ioas_map_file
    {
        size = 40, flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE, ioas_id = space, fd = file, length = 0x4000, iova = Iova,
    });

    /// <summary>Opens a file in memory, which others see by its name among this process's descriptors.</summary>
    private void OpenFile()
    {
        var file = File.OpenHandle(_file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, FileOptions.DeleteOnClose);
        RandomAccess.SetLength(file, 0x4000);
        _bench.Caller.Descriptors.Add(FileNumber, file);
    }

    private int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Count(
        one => new FileInfo(one).LinkTarget?.Contains(_file, StringComparison.Ordinal) ?? false);
}
