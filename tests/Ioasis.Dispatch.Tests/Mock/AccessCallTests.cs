using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Mock;

public class AccessCallTests
{
    private const ulong Page = MemoryBench.Page, Where = MemoryBench.First, Buffer = MemoryBench.Buffer;

    private readonly MemoryBench _bench = new();

    [Fact]
    public void AnAccessLivesAsLongAsItsDescriptor()
    {
        uint space = _bench.Space();
        _bench.Map(space, Buffer, 4 * Page, Where);
        uint access = Create(space, mock_access_flags.MOCK_FLAGS_ACCESS_WRITE);
        Assert.Equal(ErrnoCode.None, Pin(access, Where, 2 * Page, Buffer, out uint pin));
        Succeed(_bench.CheckPins(Buffer, 2 * Page, 1));
        Succeed(_bench.CheckPins(Buffer + 2 * Page, Page, 0));
        Assert.Equal(ErrnoCode.EIO, _bench.CheckPins(Buffer, 3 * Page, 1));
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(space));
        Succeed(Unpin(access, pin));
        Assert.Equal(ErrnoCode.ENOENT, Unpin(access, pin));
        ((DeviceFile)_bench.Caller.Descriptors[(int)access]!).Release();
        _bench.Caller.Descriptors.Remove((int)access);
        Assert.Equal(ErrnoCode.EBADFD, Unpin(access, pin));
        Succeed(_bench.Destroy(space));
    }

    [Fact]
    public void NoDescriptorMeansNoAccess()
    {
        uint space = _bench.Space();
        _bench.Caller.MostCreated = 0;
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_CREATE_ACCESS, id = space };
        Assert.Equal(ErrnoCode.EMFILE, _bench.Test(ref cmd));
        Succeed(_bench.Destroy(space));
        Assert.Equal(0, _bench.File.Context.ObjectCount);
    }

    [Fact]
    public void PinnedPagesAreComparedWithTheCallersAndTheCountIsPerMapping()
    {
        uint space = _bench.Space();
        _bench.Map(space, Buffer, 4 * Page, Where);
        _bench.Map(space, Buffer + Page, Page, Where + 0x100000);
        uint access = Create(space, mock_access_flags.MOCK_FLAGS_ACCESS_WRITE);
        Assert.Equal(ErrnoCode.EBADE, Pin(access, Where, 2 * Page, Buffer + Page, out _));
        Succeed(_bench.CheckPins(Buffer, 4 * Page, 0));
        Succeed(Pin(access, Where, 2 * Page, 0, out _));
        Succeed(Pin(access, Where, 2 * Page, 0, out _));
        Succeed(_bench.CheckPins(Buffer, 2 * Page, 1)); // one mapping, however often
        Succeed(Pin(access, Where + 0x100000, Page, 0, out _));
        Succeed(_bench.CheckPins(Buffer + Page, Page, 2)); // two mappings
        uint hwpt = _bench.Device(space).out_hwpt_id;
        Succeed(_bench.CheckMap(hwpt, Where, 4 * Page, Buffer));
        Succeed(_bench.CheckMap(hwpt, Where + 0x800, 0x800, Buffer + 0x800));
        Assert.Equal(ErrnoCode.EINVAL, _bench.CheckMap(hwpt, Where, Page, Buffer + Page));
        Assert.Equal(ErrnoCode.EINVAL, _bench.CheckMap(hwpt, Where, 5 * Page, Buffer));
        Assert.Equal(ErrnoCode.EINVAL, _bench.CheckMap(hwpt, Where, 5, Buffer));
        Assert.Equal(ErrnoCode.ENOENT, _bench.CheckMap(space, Where, Page, Buffer));
    }

    [Fact]
    public void BytesTravelThroughAnAccess()
    {
        uint space = _bench.Space();
        _bench.Map(space, Buffer, 4 * Page, Where);
        uint access = Create(space, 0);
        _bench.Caller.Bytes.At(Buffer + Page - 2, 4).Fill(7);
        Succeed(Transfer(access, Where + Page - 3, 6, Buffer + 8 * Page, 0));
        Assert.Equal([0, 7, 7, 7, 7, 0], _bench.Caller.Bytes.At(Buffer + 8 * Page, 6).ToArray());
        Succeed(Transfer(access, Where + 1, 6, Buffer + 8 * Page, mock_access_flags.MOCK_FLAGS_ACCESS_WRITE));
        Assert.Equal([0, 0, 7, 7, 7, 7, 0], _bench.Caller.Bytes.At(Buffer, 7).ToArray());
        Assert.Equal(ErrnoCode.ENOENT, Transfer(access, Where + 4 * Page - 1, 2, Buffer, 0));
        Assert.Equal(ErrnoCode.EFAULT, Transfer(access, Where, 2, 16, 0));
        Assert.Equal(ErrnoCode.EFAULT, Transfer(access, Where, 2, 16, mock_access_flags.MOCK_FLAGS_ACCESS_WRITE));
        Assert.Equal(ErrnoCode.ENOMEM, Transfer(access, Where, (16 << 20) + 1, Buffer, 0));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Transfer(access, Where, 2, Buffer, (mock_access_flags)2));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Pin(access, Where, Page, 0, out _));
        Succeed(Transfer(access, 3ul << 32, 2, Buffer + 8 * Page, mock_access_flags.MOCK_FLAGS_ACCESS_SYZ)); // area 0, offset 3
        Assert.Equal([7, 7], _bench.Caller.Bytes.At(Buffer + 8 * Page, 2).ToArray());
    }

    [Fact]
    public void ReplacingTheIoasLetsTheOldOneGo()
    {
        uint old = _bench.Space(), next = _bench.Space();
        _bench.Map(old, Buffer, 4 * Page, Where);
        uint access = Create(old, mock_access_flags.MOCK_FLAGS_ACCESS_WRITE);
        Succeed(Pin(access, Where, Page, 0, out _));
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, id = access, operand = next };
        Succeed(_bench.Test(ref cmd));
        Succeed(_bench.Destroy(old));
        Assert.Equal(ErrnoCode.EBUSY, _bench.Destroy(next));
    }

    [Fact]
    public void ReservedRangesStayAndLimitsAreChecked()
    {
        uint space = _bench.Space();
        Assert.Equal(ErrnoCode.EINVAL, Reserve(space, Where, 0));
        Assert.Equal(ErrnoCode.EOVERFLOW, Reserve(space, ulong.MaxValue, 2));
        Assert.Equal(ErrnoCode.ENOENT, Reserve(space + 7, Where, Page));
        Succeed(Reserve(space, Where, Page));
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryMap(space, Buffer, 2 * Page, Where));
        _bench.Map(space, Buffer, Page, Where + Page);
        Assert.Equal(ErrnoCode.EADDRINUSE, Reserve(space, Where, 2 * Page));
        iommu_test_cmd limit = new() { op = IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, operand = 11 };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Test(ref limit));
        limit.operand = 12;
        Succeed(_bench.Test(ref limit));
    }

    private void Succeed(ErrnoCode code) => _bench.Succeed(code);

    private uint Create(uint space, mock_access_flags flags)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_CREATE_ACCESS, id = space };
        cmd.create_access.flags = flags;
        Succeed(_bench.Test(ref cmd));
        return cmd.create_access.out_access_fd;
    }

    private ErrnoCode Pin(uint access, ulong iova, ulong length, ulong address, out uint pin)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_ACCESS_PAGES, id = access };
        cmd.access_pages = new iommu_test_access_pages { iova = iova, length = length, uptr = address };
        ErrnoCode code = _bench.Test(ref cmd);
        pin = cmd.access_pages.out_access_pages_id;
        return code;
    }

    private ErrnoCode Unpin(uint access, uint pin)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, id = access, operand = pin };
        return _bench.Test(ref cmd);
    }

    private ErrnoCode Transfer(uint access, ulong iova, ulong length, ulong address, mock_access_flags flags)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_ACCESS_RW, id = access };
        cmd.access_rw = new iommu_test_access_rw { iova = iova, length = length, uptr = address, flags = flags };
        return _bench.Test(ref cmd);
    }

    private ErrnoCode Reserve(uint space, ulong first, ulong length)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_ADD_RESERVED, id = space };
        cmd.add_reserved = new iommu_test_add_reserved { start = first, length = length };
        return _bench.Test(ref cmd);
    }
}
