using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.iommufd_hwpt_alloc_flags;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Mock;

/// <summary>vIOMMUs, vDevices and event queues, on the mock IOMMU.</summary>
public sealed class VirtualIommuTests
{
    private readonly MockBench _bench = new();
    private readonly uint _parent;
    private readonly uint _viommu;

    public VirtualIommuTests()
    {
        _parent = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT);
        Assert.Equal(ErrnoCode.None, Allocate(_parent, out _viommu));
    }

    [Fact]
    public void AVirtualIommuHoldsItsParentAndGoesAfterWhatIsInIt()
    {
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(_parent));
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out uint vdevice));
        uint nested = _bench.Table(_viommu, nested: true);
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(_viommu));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(nested));
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(_viommu));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(vdevice));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(_viommu));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(_parent));
    }

    [Fact]
    public void WhatCannotBeAParentOrATypeIsRefused()
    {
        Assert.Equal(ErrnoCode.EINVAL, Allocate(_bench.Table(_bench.Space), out _));
        Assert.Equal(ErrnoCode.ENOENT, Allocate(_bench.Space, out _));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Allocate(_parent, out _, type: 0));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Allocate(_parent, out _, type: 1));
        Assert.Equal(ErrnoCode.EINVAL, Allocate(_parent, out _, length: 4));
        Assert.Equal(ErrnoCode.EINVAL, Allocate(_parent, out _, length: 32));
    }

    [Fact]
    public void WindowsBeginAtTheSecondPageAndAreMappedWhole()
    {
        Assert.Equal(ErrnoCode.None, Allocate(_parent, out uint one, length: 24));
        iommu_viommu_selftest answer = _bench.Caller.Bytes.Get<iommu_viommu_selftest>(MockBench.Beside);
        Assert.Equal((0xabcdu, 4096ul, 8192ul), (answer.out_data, answer.out_mmap_offset, answer.out_mmap_length));
        Assert.Equal(ErrnoCode.None, Allocate(_parent, out _, length: 24));
        Assert.Equal(3 * 4096ul, _bench.Caller.Bytes.Get<iommu_viommu_selftest>(MockBench.Beside).out_mmap_offset);
        Reason why = default;
        Assert.True(_bench.Bench.File.CheckMap(4096, 8192, ref why).Succeeded);
        Assert.Equal(ErrnoCode.ENXIO, _bench.Bench.File.CheckMap(4096, 4096, ref why).Code);
        Assert.Equal(ErrnoCode.ENXIO, _bench.Bench.File.CheckMap(8192, 8192, ref why).Code);
        Assert.Equal(ErrnoCode.None, _bench.Destroy(one));
        Assert.Equal(ErrnoCode.ENXIO, _bench.Bench.File.CheckMap(4096, 8192, ref why).Code);
        Assert.Equal(ErrnoCode.None, Allocate(_parent, out _, length: 24));
        Assert.Equal(4096ul, _bench.Caller.Bytes.Get<iommu_viommu_selftest>(MockBench.Beside).out_mmap_offset);
    }

    [Fact]
    public void ADeviceHasOneNumberAndANumberOneDevice()
    {
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out _));
        Assert.Equal(ErrnoCode.EEXIST, AllocateDevice(0x98, out _));
        uint other = _bench.Add().DeviceId;
        Assert.Equal(ErrnoCode.EEXIST, AllocateDevice(0x99, out _, other));
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x98, out _, other));
    }

    [Fact]
    public void AVDeviceGoesWithItsDeviceAndItsNumberStaysTaken()
    {
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out uint vdevice));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(_bench.Device));
        Assert.Equal(ErrnoCode.ENOENT, _bench.Destroy(vdevice));
        (uint device, uint id, _) = _bench.Add();
        Assert.Equal((_bench.Device, _bench.DeviceId), (device, id)); // these were free again
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out uint again));
        Assert.NotEqual(vdevice, again);
    }

    [Fact]
    public void ATableOfAVirtualIommuTakesOnlyDevicesThatAreInIt()
    {
        uint nested = _bench.Table(_viommu, nested: true);
        Assert.Equal(ErrnoCode.ENOENT, _bench.Replace(nested));
        Assert.Equal(ReasonCode.NoVirtualDevice, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out _));
        Assert.Equal(ErrnoCode.None, _bench.Replace(nested));
    }

    [Fact]
    public void InvalidationReachesTheCacheOfTheDeviceThatHasTheNumber()
    {
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out _));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_DEV_CHECK_CACHE, _bench.DeviceId, 1, MockFormat.CacheDefault));
        Assert.Equal((ErrnoCode.EINVAL, 1u), Invalidate([new() { vdev_id = 0x99, cache_id = 1 }, new() { vdev_id = 0x98 }]));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_DEV_CHECK_CACHE, _bench.DeviceId, 1, 0));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_DEV_CHECK_CACHE, _bench.DeviceId, 2, MockFormat.CacheDefault));
        Assert.Equal((ErrnoCode.EINVAL, 0u), Invalidate([new() { vdev_id = 0x99, cache_id = 4 }]));
        Assert.Equal((ErrnoCode.EOPNOTSUPP, 0u), Invalidate([new() { vdev_id = 0x99, flags = (iommu_test_invalidate_flags)4 }]));
        Assert.Equal((ErrnoCode.None, 1u), Invalidate([new() { vdev_id = 0x99, flags = iommu_test_invalidate_flags.IOMMU_TEST_INVALIDATE_FLAG_ALL }]));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_DEV_CHECK_CACHE, _bench.DeviceId, 2, 0));
    }

    [Fact]
    public void EventsAreNumberedAndLossIsTold()
    {
        QueueFile queue = Queue(depth: 2, out uint id);
        Assert.Equal(ErrnoCode.ENOENT, Send()); // in no vIOMMU yet
        Assert.Equal(ErrnoCode.None, AllocateDevice(0x99, out _));
        Assert.Equal(ErrnoCode.None, _bench.Replace(_bench.Table(_viommu, nested: true)));
        Assert.Equal(-1, _bench.Read(queue, 7, out ErrnoCode errno));
        Assert.Equal(ErrnoCode.EINVAL, errno);
        Assert.Equal(0, _bench.Read(queue, 64, out _));

        for (int i = 0; i < 4; i++)
            Assert.Equal(ErrnoCode.None, Send());
        Assert.True(queue.IsReadable);
        Assert.Equal(-1, _bench.Read(queue, 11, out errno));
        Assert.Equal(ErrnoCode.EINVAL, errno);
        Assert.Equal(12 + 12 + 8, _bench.Read(queue, 64, out _));
        Assert.False(queue.IsReadable);
        Assert.Equal((0u, 0x99u), (At<iommufd_vevent_header>(0).sequence, At<uint>(8)));
        Assert.Equal(1u, At<iommufd_vevent_header>(12).sequence);
        Assert.Equal((iommu_veventq_flag.IOMMU_VEVENTQ_FLAG_LOST_EVENTS, 3u), (At<iommufd_vevent_header>(24).flags, At<iommufd_vevent_header>(24).sequence));

        Assert.Equal(ErrnoCode.None, Send());
        Assert.Equal(12, _bench.Read(queue, 64, out _));
        Assert.Equal(4u, At<iommufd_vevent_header>(0).sequence);
        Assert.Equal(ErrnoCode.EINVAL, queue.Write(_bench.Caller, MockBench.Beside, 8, out _, ref _bench.Caller.Why).Code);
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(id));
        queue.Release();
        Assert.Equal(ErrnoCode.None, _bench.Destroy(id));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Send());
    }

    [Fact]
    public void AVirtualIommuHasOneQueueOfAType()
    {
        _ = Queue(depth: 1, out _);
        iommu_veventq_alloc cmd = new() { size = 32, viommu_id = _viommu, type = (iommu_veventq_type)MockFormat.EventType, veventq_depth = 1 };
        Assert.Equal(ErrnoCode.EEXIST, _bench.Call(IOMMU_VEVENTQ_ALLOC, ref cmd));
        cmd.veventq_depth = 0;
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(IOMMU_VEVENTQ_ALLOC, ref cmd));
        cmd.veventq_depth = (1 << 19) + 1;
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(IOMMU_VEVENTQ_ALLOC, ref cmd));
        cmd.type = 0;
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_VEVENTQ_ALLOC, ref cmd));
    }

    [Fact]
    public void AHardwareQueueKeepsItsMemoryMappedAndItsOrder()
    {
        const ulong iova = MockFormat.ApertureFirst, page = 4096;
        Assert.Equal(ErrnoCode.ENOENT, AllocateQueue(0, iova, page, out _));
        iommu_ioas_map map = new()
        {
            size = 40, flags = (iommufd_ioas_map_flags)7, ioas_id = _bench.Space, user_va = ArrayMemory.Base + 0x8000, length = page, iova = iova,
        };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref map));
        int before = _bench.Bench.Context.ObjectCount;
        Assert.Equal(ErrnoCode.EIO, AllocateQueue(1, iova, page, out _));
        Assert.Equal(ErrnoCode.EINVAL, AllocateQueue(2, iova, page, out _));
        Assert.Equal(ErrnoCode.EINVAL, AllocateQueue(0, iova, 0, out _));
        Assert.Equal(ErrnoCode.EOVERFLOW, AllocateQueue(0, ulong.MaxValue, page, out _));
        Assert.Equal(ErrnoCode.ERANGE, AllocateQueue(0, 0, ulong.MaxValue, out _));
        Assert.Equal(before, _bench.Bench.Context.ObjectCount);

        Assert.Equal(ErrnoCode.None, AllocateQueue(0, iova, page, out uint first));
        Assert.Equal(ErrnoCode.EEXIST, AllocateQueue(0, iova, page, out _));
        Assert.Equal(ErrnoCode.EBUSY, Unmap(iova, page));
        Assert.Equal(ErrnoCode.None, AllocateQueue(1, iova + page / 2, page / 2, out uint second));
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(first));
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(_viommu));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(second));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(first));
        Assert.Equal(ErrnoCode.None, Unmap(iova, page));
        Assert.Equal(before, _bench.Bench.Context.ObjectCount);
    }

    private ErrnoCode AllocateQueue(uint index, ulong iova, ulong length, out uint id)
    {
        iommu_hw_queue_alloc cmd = new()
        {
            size = 40, viommu_id = _viommu, type = (iommu_hw_queue_type)MockFormat.HardwareQueueType, index = index, nesting_parent_iova = iova, length = length,
        };
        ErrnoCode errno = _bench.Call(IOMMU_HW_QUEUE_ALLOC, ref cmd);
        id = cmd.out_hw_queue_id;
        return errno;
    }

    private ErrnoCode Unmap(ulong iova, ulong length)
    {
        iommu_ioas_unmap cmd = new() { size = 24, ioas_id = _bench.Space, iova = iova, length = length };
        return _bench.Call(IOMMU_IOAS_UNMAP, ref cmd);
    }

    private T At<T>(uint offset)
        where T : unmanaged => _bench.Caller.Bytes.Get<T>(MockBench.Beside + offset);

    private ErrnoCode Allocate(uint parent, out uint id, uint type = MockFormat.VirtualType, uint length = 0)
    {
        _bench.Caller.Bytes.Put(new iommu_viommu_selftest { in_data = 0xabcd }, MockBench.Beside);
        iommu_viommu_alloc cmd = new()
        {
            size = 40, type = (iommu_viommu_type)type, dev_id = _bench.DeviceId, hwpt_id = parent, data_len = length, data_uptr = MockBench.Beside,
        };
        ErrnoCode errno = _bench.Call(IOMMU_VIOMMU_ALLOC, ref cmd);
        id = cmd.out_viommu_id;
        return errno;
    }

    private ErrnoCode AllocateDevice(ulong virtualId, out uint id, uint? device = null)
    {
        iommu_vdevice_alloc cmd = new() { size = 24, viommu_id = _viommu, dev_id = device ?? _bench.DeviceId, virt_id = virtualId };
        ErrnoCode errno = _bench.Call(IOMMU_VDEVICE_ALLOC, ref cmd);
        id = cmd.out_vdevice_id;
        return errno;
    }

    private QueueFile Queue(uint depth, out uint id)
    {
        iommu_veventq_alloc cmd = new() { size = 32, viommu_id = _viommu, type = (iommu_veventq_type)MockFormat.EventType, veventq_depth = depth };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_VEVENTQ_ALLOC, ref cmd));
        id = cmd.out_veventq_id;
        return Assert.IsType<QueueFile>(_bench.Caller.Descriptors[(int)cmd.out_veventq_fd], exactMatch: false);
    }

    private ErrnoCode Send()
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_TRIGGER_VEVENT, operand = _bench.DeviceId };
        return _bench.Test(ref cmd);
    }

    private (ErrnoCode Errno, uint Done) Invalidate(ReadOnlySpan<iommu_viommu_invalidate_selftest> entries)
    {
        for (int i = 0; i < entries.Length; i++)
            _bench.Caller.Bytes.Put(entries[i], MockBench.Beside + (ulong)i * 12);
        iommu_hwpt_invalidate cmd = new()
        {
            size = 32, hwpt_id = _viommu, data_uptr = MockBench.Beside, data_type = (iommu_hwpt_invalidate_data_type)MockFormat.InvalidationData,
            entry_len = 12, entry_num = (uint)entries.Length,
        };
        ErrnoCode errno = _bench.Call(IOMMU_HWPT_INVALIDATE, ref cmd);
        return (errno, cmd.entry_num);
    }
}
