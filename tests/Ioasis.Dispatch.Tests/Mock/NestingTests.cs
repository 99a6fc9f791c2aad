using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.iommufd_hwpt_alloc_flags;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Mock;

/// <summary>Nested HWPTs and PASIDs of a mock device.</summary>
public sealed class NestingTests
{
    private readonly MockBench _bench = new(mock_device_flags.MOCK_FLAGS_DEVICE_PASID);

    [Fact]
    public void ANestedTableNeedsANestParentAndHoldsIt()
    {
        uint plain = _bench.Table(_bench.Space);
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryTable(plain, 0, nested: true, 0, out _));
        Assert.Equal(ReasonCode.HwptNotNestParent, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryTable(_bench.Automatic, 0, nested: true, 0, out _));
        uint parent = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT);
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.TryTable(parent, 0, nested: false, 0, out _));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.TryTable(parent, IOMMU_HWPT_ALLOC_NEST_PARENT, nested: true, 0, out _));
        uint nested = _bench.Table(parent, nested: true);
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(parent));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(nested));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(parent));
    }

    [Fact]
    public void AnInvalidationCountsWhatItHasDone()
    {
        uint nested = _bench.Table(_bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT), nested: true);
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_MD_CHECK_IOTLB, nested, 3, 0xbadbeef));
        Assert.Equal((ErrnoCode.EINVAL, 1u), Invalidate(nested, [new() { iotlb_id = 0 }, new() { iotlb_id = 4 }]));
        Assert.Equal((ErrnoCode.EOPNOTSUPP, 1u), Invalidate(nested, [new() { iotlb_id = 1 }, new() { flags = (iommu_test_invalidate_flags)2 }]));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_MD_CHECK_IOTLB, nested, 0, 0));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_MD_CHECK_IOTLB, nested, 1, 0));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_MD_CHECK_IOTLB, nested, 2, 0xbadbeef));
        Assert.Equal((ErrnoCode.None, 1u), Invalidate(nested, [new() { flags = iommu_test_invalidate_flags.IOMMU_TEST_INVALIDATE_FLAG_ALL }]));
        Assert.Equal(ErrnoCode.None, _bench.CheckEntry(IOMMU_TEST_OP_MD_CHECK_IOTLB, nested, 3, 0));
        Assert.Equal(ErrnoCode.EINVAL, _bench.CheckEntry(IOMMU_TEST_OP_MD_CHECK_IOTLB, nested, 4, 0));
        Assert.Equal((ErrnoCode.None, 0u), Invalidate(nested, []));
        Assert.Equal((ErrnoCode.EINVAL, 0u), Invalidate(_bench.Automatic, [new()]));
        Assert.Equal((ErrnoCode.EINVAL, 0u), Invalidate(nested, [], type: 1));
        Assert.Equal((ErrnoCode.EINVAL, 0u), Invalidate(nested, [new()], length: 4));
        Assert.Equal((ErrnoCode.EINVAL, 0u), Invalidate(nested, [new()], length: 12));
        Assert.Equal((ErrnoCode.EINVAL, 0u), Invalidate(nested, [new()], length: 4097));
        Assert.Equal((ErrnoCode.EFAULT, 0u), Invalidate(nested, [new()], address: 16));
    }

    [Fact]
    public void PasidsGoWithTablesThatAreMadeForThem()
    {
        uint table = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_PASID), plain = _bench.Table(_bench.Space);
        Assert.Equal(ErrnoCode.EINVAL, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 100, table));
        Assert.Equal(ReasonCode.HwptNotForPasids, _bench.Caller.Why.Code); // the device itself is attached to a plain one
        Assert.Equal(ErrnoCode.None, _bench.Replace(table));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 100, plain));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 1 << 20, table));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Pasid(IOMMU_TEST_OP_PASID_REPLACE, 100, table));
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 100, table));
        Assert.Equal(ErrnoCode.EBUSY, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 100, table));
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_CHECK_HWPT, 100, table));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Pasid(IOMMU_TEST_OP_PASID_CHECK_HWPT, 100, 0));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Replace(plain)); // now its PASIDs need such a table
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(table));
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_DETACH, 100, 0));
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_CHECK_HWPT, 100, 0));
        Assert.Equal(ErrnoCode.None, _bench.Replace(plain));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(table));
    }

    [Fact]
    public void AReplacementThatTheHardwareRefusesLeavesTheOldOne()
    {
        uint one = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_PASID), two = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_PASID);
        Assert.Equal(ErrnoCode.None, _bench.Replace(one));
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, MockFormat.FailingPasid, one));
        Assert.Equal(ErrnoCode.ENOMEM, _bench.Pasid(IOMMU_TEST_OP_PASID_REPLACE, MockFormat.FailingPasid, two));
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_CHECK_HWPT, MockFormat.FailingPasid, one));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(two));
        Assert.Equal(ErrnoCode.None, _bench.Destroy(_bench.Device)); // takes its PASIDs along
        Assert.Equal(ErrnoCode.None, _bench.Destroy(one));
    }

    [Fact]
    public void WithoutAMockIommuTheTestCallIsUnknown()
    {
        using var file = new Quiet(new Dispatch.Iommufd.IommufdFile(new Engine.Objects.IommuContext(_bench.Bench.System)));
        iommu_test_cmd cmd = new() { size = 72, op = IOMMU_TEST_OP_MOCK_DOMAIN };
        Assert.Equal(ErrnoCode.ENOTTY, _bench.Caller.Call(file.File, iommu_test_cmd.IOMMU_TEST_CMD, ref cmd));
    }

    private (ErrnoCode Errno, uint Done) Invalidate(
        uint table, ReadOnlySpan<iommu_hwpt_invalidate_selftest> entries, uint type = MockFormat.InvalidationData, uint length = 8, ulong address = MockBench.Beside)
    {
        for (int i = 0; i < entries.Length; i++)
            _bench.Caller.Bytes.Put(entries[i], MockBench.Beside + (ulong)i * 8);
        iommu_hwpt_invalidate cmd = new()
        {
            size = 32, hwpt_id = table, data_uptr = address, data_type = (iommu_hwpt_invalidate_data_type)type, entry_len = length,
            entry_num = (uint)entries.Length,
        };
        ErrnoCode errno = _bench.Call(IOMMU_HWPT_INVALIDATE, ref cmd);
        return (errno, cmd.entry_num);
    }

    private sealed class Quiet(Dispatch.Iommufd.IommufdFile file) : IDisposable
    {
        public Dispatch.Iommufd.IommufdFile File => file;

        public void Dispose() => file.Release();
    }
}
