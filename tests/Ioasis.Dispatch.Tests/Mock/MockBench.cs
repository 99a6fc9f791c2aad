using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Mock;

/// <summary>An open /dev/iommu with one mock device, and the calls that tests of mock devices make.</summary>
internal sealed class MockBench
{
    /// <summary>Where structures that calls point to are put.</summary>
    public const ulong Beside = ArrayMemory.Base + 0x1000;

    private readonly Bench _bench = new();

    public MockBench(mock_device_flags flags = 0)
    {
        Space = _bench.Space();
        (Device, DeviceId, Automatic) = Add(flags);
    }

    public Bench Bench => _bench;

    public TestCaller Caller => _bench.Caller;

    public uint Space { get; }

    /// <summary>The mock device's own number, the one as which it is bound, and the HWPT that it is attached to.</summary>
    public uint Device { get; }

    public uint DeviceId { get; }

    public uint Automatic { get; }

    public ErrnoCode Call<T>(uint command, ref T structure)
        where T : unmanaged => _bench.Call(command, ref structure);

    public ErrnoCode Test(ref iommu_test_cmd cmd)
    {
        cmd.size = 72;
        return _bench.Call(iommu_test_cmd.IOMMU_TEST_CMD, ref cmd);
    }

    public (uint Device, uint DeviceId, uint Table) Add(mock_device_flags flags = 0)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, id = Space };
        cmd.mock_domain.dev_flags = flags;
        Assert.Equal(ErrnoCode.None, Test(ref cmd));
        return (cmd.mock_domain.out_stdev_id, cmd.mock_domain.out_idev_id, cmd.mock_domain.out_hwpt_id);
    }

    public ErrnoCode Destroy(uint id)
    {
        iommu_destroy cmd = new() { size = 8, id = id };
        return Call(IOMMU_DESTROY, ref cmd);
    }

    public uint Table(uint parent, iommufd_hwpt_alloc_flags flags = 0, bool nested = false, uint faults = 0)
    {
        Assert.Equal(ErrnoCode.None, TryTable(parent, flags, nested, faults, out uint id));
        return id;
    }

    public ErrnoCode TryTable(uint parent, iommufd_hwpt_alloc_flags flags, bool nested, uint faults, out uint id)
    {
        Caller.Bytes.Put(new iommu_hwpt_selftest { iotlb = 0xbadbeef }, Beside);
        iommu_hwpt_alloc cmd = new()
        {
            size = 48, dev_id = DeviceId, pt_id = parent, flags = flags, fault_id = faults,
            data_type = nested ? (iommu_hwpt_data_type)MockFormat.TableData : 0, data_len = nested ? 8u : 0, data_uptr = Beside,
        };
        ErrnoCode errno = Call(IOMMU_HWPT_ALLOC, ref cmd);
        id = cmd.out_hwpt_id;
        return errno;
    }

    public ErrnoCode Replace(uint table, uint? device = null)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, id = device ?? Device, operand = table };
        return Test(ref cmd);
    }

    public ErrnoCode Pasid(iommu_test_op op, uint pasid, uint table)
    {
        iommu_test_cmd cmd = new() { op = op, id = Device };
        cmd.pasid = new iommu_test_pasid_attachment { pasid = pasid, pt_id = table };
        return Test(ref cmd);
    }

    public ErrnoCode CheckEntry(iommu_test_op op, uint id, uint entry, uint value)
    {
        iommu_test_cmd cmd = new() { op = op, id = id };
        cmd.check_entry = new iommu_test_check_entry { id = entry, value = value };
        return Test(ref cmd);
    }

    /// <summary>Reads at most so many bytes; -1 with an error.</summary>
    public long Read(QueueFile file, ulong count, out ErrnoCode errno)
    {
        errno = file.Read(Caller, Beside, count, out long done, ref Caller.Why).Code;
        return errno == ErrnoCode.None ? done : -1;
    }
}
