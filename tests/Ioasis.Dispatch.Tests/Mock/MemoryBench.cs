using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Mock;

/// <summary>An open /dev/iommu of a machine with a mock IOMMU, and short names for the test calls.</summary>
internal sealed class MemoryBench
{
    public const ulong Page = 4096;

    /// <summary>The first IOVA that the mock IOMMU translates.</summary>
    public const ulong First = MockFormat.ApertureFirst;

    /// <summary>An address in the caller's memory, above the structures.</summary>
    public const ulong Buffer = ArrayMemory.Base + 0x10000;

    public MemoryBench() => File = new IommufdFile(new IommuContext(System), new MockIommu("mock0"));

    public IommuSystem System { get; } = new();

    public IommufdFile File { get; }

    public TestCaller Caller { get; } = new();

    /// <summary>What the last call returned.</summary>
    public long Result { get; private set; }

    public ErrnoCode Call<T>(uint command, ref T structure)
        where T : unmanaged
    {
        Caller.Bytes.Put(structure);
        Errno errno = File.Ioctl(Caller, command, ArrayMemory.Base, out long result, ref Caller.Why);
        Result = result;
        structure = Caller.Bytes.Get<T>();
        return errno.Code;
    }

    public ErrnoCode Test(ref iommu_test_cmd cmd)
    {
        cmd.size = 72;
        return Call(iommu_test_cmd.IOMMU_TEST_CMD, ref cmd);
    }

    public void Succeed(ErrnoCode code) => Assert.True(code == ErrnoCode.None, $"{code}: {Caller.Why}");

    public uint Space()
    {
        iommu_ioas_alloc cmd = new() { size = 12 };
        Succeed(Call(Abi.Iommufd.IOMMU_IOAS_ALLOC, ref cmd));
        return cmd.out_ioas_id;
    }

    /// <summary>Makes a mock device, attached.</summary>
    public iommu_test_mock_domain Device(uint table)
    {
        iommu_test_cmd cmd = new() { op = iommu_test_op.IOMMU_TEST_OP_MOCK_DOMAIN, id = table };
        Succeed(Test(ref cmd));
        return cmd.mock_domain;
    }

    public ErrnoCode TryMap(uint space, ulong address, ulong length, ulong iova, bool writable = true)
    {
        iommu_ioas_map cmd = new()
        {
            size = 40, ioas_id = space, user_va = address, length = length, iova = iova,
            flags = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_FIXED_IOVA | iommufd_ioas_map_flags.IOMMU_IOAS_MAP_READABLE
                | (writable ? iommufd_ioas_map_flags.IOMMU_IOAS_MAP_WRITEABLE : 0),
        };
        return Call(Abi.Iommufd.IOMMU_IOAS_MAP, ref cmd);
    }

    public void Map(uint space, ulong address, ulong length, ulong iova) => Succeed(TryMap(space, address, length, iova));

    public ErrnoCode TryUnmap(uint space, ulong iova, ulong length)
    {
        iommu_ioas_unmap cmd = new() { size = 24, ioas_id = space, iova = iova, length = length };
        return Call(Abi.Iommufd.IOMMU_IOAS_UNMAP, ref cmd);
    }

    public ErrnoCode Destroy(uint id)
    {
        iommu_destroy cmd = new() { size = 8, id = id };
        return Call(Abi.Iommufd.IOMMU_DESTROY, ref cmd);
    }

    public ErrnoCode CheckMap(uint table, ulong iova, ulong length, ulong address)
    {
        iommu_test_cmd cmd = new() { op = iommu_test_op.IOMMU_TEST_OP_MD_CHECK_MAP, id = table };
        cmd.check_map = new iommu_test_check_map { iova = iova, length = length, uptr = address };
        return Test(ref cmd);
    }

    public ErrnoCode CheckPins(ulong address, ulong length, uint pins)
    {
        iommu_test_cmd cmd = new() { op = iommu_test_op.IOMMU_TEST_OP_MD_CHECK_REFS };
        cmd.check_refs = new iommu_test_check_refs { length = length, uptr = address, refs = pins };
        return Test(ref cmd);
    }
}
