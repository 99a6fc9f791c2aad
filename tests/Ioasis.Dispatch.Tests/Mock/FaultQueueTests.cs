using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.iommufd_hwpt_alloc_flags;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Mock;

/// <summary>Page requests from the device to the user and back.</summary>
public sealed class FaultQueueTests
{
    private const ulong RecordSize = 40;

    private readonly MockBench _bench = new();
    private readonly uint _queueId;
    private readonly QueueFile _queue;
    private readonly int _number;

    public FaultQueueTests()
    {
        iommu_fault_alloc cmd = new() { size = 16 };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_FAULT_QUEUE_ALLOC, ref cmd));
        _queueId = cmd.out_fault_id;
        _number = (int)cmd.out_fault_fd;
        _queue = Assert.IsType<QueueFile>(_bench.Caller.Descriptors[_number], exactMatch: false);
    }

    [Fact]
    public void ARequestIsReadOnceAndAnsweredOnce()
    {
        AttachNested();
        Assert.Equal(0, _bench.Read(_queue, RecordSize, out _));
        Request(grpid: 7, address: 0x2000);
        Assert.True(_queue.IsReadable);
        Assert.Equal((long)RecordSize, _bench.Read(_queue, 4 * RecordSize, out _));
        Assert.False(_queue.IsReadable);
        iommu_hwpt_pgfault record = _bench.Caller.Bytes.Get<iommu_hwpt_pgfault>(MockBench.Beside);
        Assert.Equal((_bench.DeviceId, 7u, 0x2000ul, 1u), (record.dev_id, record.grpid, record.addr, record.cookie));
        Assert.Equal(iommu_hwpt_pgfault_flags.IOMMU_PGFAULT_FLAGS_LAST_PAGE, record.flags);

        Assert.Equal(ErrnoCode.EINVAL, Answer(record.cookie + 1, 0));
        Assert.Equal(ReasonCode.FaultCookieUnknown, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, Answer(record.cookie, (iommufd_page_response_code)2));
        Assert.Equal(ReasonCode.FaultResponseUnknown, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.None, Answer(record.cookie, 0));
        Assert.Equal(ErrnoCode.EINVAL, Answer(record.cookie, 0));
    }

    [Fact]
    public void OnlyWholeRecordsAreReadAndWritten()
    {
        AttachNested();
        Request(1, 0x1000);
        Assert.Equal(-1, _bench.Read(_queue, RecordSize - 1, out ErrnoCode errno));
        Assert.Equal(ErrnoCode.ESPIPE, errno);
        Assert.Equal(-1, _bench.Read(_queue, 0, out errno));
        Assert.Equal((ErrnoCode.EINVAL, ReasonCode.FaultReadTooShort), (errno, _bench.Caller.Why.Code));
        Assert.Equal(ErrnoCode.ESPIPE, _queue.Write(_bench.Caller, MockBench.Beside, 7, out _, ref _bench.Caller.Why).Code);
    }

    [Fact]
    public void ARecordThatCannotBeCopiedOutIsTheNextOneAgain()
    {
        AttachNested();
        Request(1, 0x1000);
        Request(2, 0x2000);
        Assert.Equal(ErrnoCode.EFAULT, _queue.Read(_bench.Caller, ArrayMemory.End - 8, RecordSize, out _, ref _bench.Caller.Why).Code);
        Assert.Equal(2 * (long)RecordSize, _bench.Read(_queue, 2 * RecordSize, out _));
        Assert.Equal(1u, _bench.Caller.Bytes.Get<iommu_hwpt_pgfault>(MockBench.Beside).grpid);
    }

    [Fact]
    public void DetachingAnswersWhatWaits()
    {
        AttachNested();
        Request(1, 0x1000);
        Assert.Equal((long)RecordSize, _bench.Read(_queue, RecordSize, out _));
        Request(2, 0x2000);
        Assert.Equal(ErrnoCode.None, _bench.Replace(_bench.Space));
        Assert.False(_queue.IsReadable);
        Assert.Equal(ErrnoCode.EINVAL, Answer(1, 0));
        Assert.Equal(ReasonCode.FaultCookieUnknown, _bench.Caller.Why.Code);
    }

    [Fact]
    public void TheQueueLivesAsLongAsItsDescriptorAndTheTablesThatNameIt()
    {
        uint table = AttachNested();
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(_queueId));
        ((DeviceFile)_bench.Caller.Descriptors[_number]!).Release();
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(_queueId));
        Assert.Equal(ErrnoCode.None, _bench.Replace(_bench.Space));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(table));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(_queueId));
    }

    [Fact]
    public void AQueueThatCannotBeToldLeavesNothingBehind()
    {
        int before = _bench.Bench.Context.ObjectCount;
        _bench.Caller.Bytes.Put(16u, ArrayMemory.Base);
        _bench.Caller.MostCreated = 1;
        iommu_fault_alloc cmd = new() { size = 16 };
        Assert.Equal(ErrnoCode.EMFILE, _bench.Call(IOMMU_FAULT_QUEUE_ALLOC, ref cmd));
        Assert.Equal(before, _bench.Bench.Context.ObjectCount);
        Assert.Empty(_bench.Caller.Reserved);
    }

    [Fact]
    public void FlagsAndWrongQueuesAreRefused()
    {
        iommu_fault_alloc cmd = new() { size = 16, flags = 1 };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_FAULT_QUEUE_ALLOC, ref cmd));
        int before = _bench.Bench.Context.ObjectCount;
        Assert.Equal(ErrnoCode.ENOENT, _bench.TryTable(_bench.Space, IOMMU_HWPT_FAULT_ID_VALID, nested: false, _bench.Space, out _));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.TryTable(_bench.Space, IOMMU_HWPT_FAULT_ID_VALID | IOMMU_HWPT_ALLOC_NEST_PARENT, nested: false, _queueId, out _));
        Assert.Equal(ReasonCode.NestParentCannotFault, _bench.Caller.Why.Code);
        Assert.Equal(before, _bench.Bench.Context.ObjectCount);
    }

    private uint AttachNested()
    {
        uint parent = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT);
        uint table = _bench.Table(parent, IOMMU_HWPT_FAULT_ID_VALID, nested: true, _queueId);
        Assert.Equal(ErrnoCode.None, _bench.Replace(table));
        return table;
    }

    private void Request(uint grpid, ulong address)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_TRIGGER_IOPF };
        cmd.trigger_iopf = new iommu_test_trigger_iopf { dev_id = _bench.DeviceId, grpid = grpid, addr = address };
        Assert.Equal(ErrnoCode.None, _bench.Test(ref cmd));
    }

    private ErrnoCode Answer(uint cookie, iommufd_page_response_code code)
    {
        _bench.Caller.Bytes.Put(new iommu_hwpt_page_response { cookie = cookie, code = code }, MockBench.Beside);
        return _queue.Write(_bench.Caller, MockBench.Beside, 8, out _, ref _bench.Caller.Why).Code;
    }
}
