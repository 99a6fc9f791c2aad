using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Mock;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Microsoft.Win32.SafeHandles;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Iommufd;

/// <summary>IOMMU_IOAS_MAP_FILE of memfds and of dma-bufs, and IOMMU_IOAS_CHANGE_PROCESS.</summary>
public sealed partial class MapFileTests : IDisposable
{
    private const int Page = 4096, File = 50, Pipe = 51;
    private const ulong Iova0 = MockFormat.ApertureFirst;

    private readonly MockBench _bench = new();
    private readonly SafeFileHandle _file;

    public MapFileTests()
    {
        _file = new SafeFileHandle(memfd_create("file", AllowSealing), ownsHandle: true);
        RandomAccess.SetLength(_file, 4 * Page);
        RandomAccess.Write(_file, "in the file"u8, Page + 8);
        _bench.Caller.Descriptors[File] = _file;
        _bench.Caller.Descriptors[Pipe] = null;
    }

    public void Dispose() => _file.Dispose();

    [Fact]
    public void DevicesReadAndWriteTheFile()
    {
        Assert.Equal(ErrnoCode.None, Map(File, Page, 2 * Page, Iova0));
        DmaPort port = OpenPort();
        byte[] read = new byte[11];
        Assert.True(port.Read(new Iova(Iova0 + 8), read));
        Assert.Equal("in the file"u8.ToArray(), read);
        Assert.True(port.Write(new Iova(Iova0 + Page), "by a device"u8));
        RandomAccess.Read(_file, read, 2 * Page);
        Assert.Equal("by a device"u8.ToArray(), read);

        RandomAccess.SetLength(_file, 2 * Page); // the client takes the page away: an abort, and no harm to anybody
        Assert.False(port.Write(new Iova(Iova0 + Page), "by a device"u8));
        Assert.True(port.Read(new Iova(Iova0 + 8), read));
    }

    [Fact]
    public void AWriteSealIsRefusedAsLongAsPagesArePinned()
    {
        Assert.Equal(ErrnoCode.None, Map(File, 0, Page, Iova0));
        Assert.Equal((-1, EBUSY), (fcntl(_file, AddSeals, SealWrite), Marshal.GetLastPInvokeError()));
        Assert.Equal(ErrnoCode.None, Unmap(Iova0, Page));
        Assert.Equal(0, fcntl(_file, AddSeals, SealWrite));
    }

    [Fact]
    public void WhatCannotBePinnedIsMappedOnlyAsLongAsNothingIsAttached()
    {
        Assert.Equal(ErrnoCode.EINVAL, Map(File, 3 * Page, 2 * Page, Iova0));
        Assert.Equal(ReasonCode.FilePastEnd, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, Map(Pipe, 0, Page, Iova0));
        Assert.Equal(ReasonCode.FileNotMemory, _bench.Caller.Why.Code);
        uint lazy = _bench.Bench.Space();
        Assert.Equal(ErrnoCode.None, Map(File, 3 * Page, 2 * Page, Iova0, lazy));
        Assert.Equal(ErrnoCode.None, Map(Pipe, 0, Page, 2 * Iova0, lazy));
        Assert.Equal(ErrnoCode.EBADF, Map(99, 0, Page, Iova0));
        Assert.Equal(ErrnoCode.EINVAL, Map(File, 0, 0, Iova0));
        Assert.Equal(ErrnoCode.EOVERFLOW, Map(File, ulong.MaxValue, Page, Iova0));
    }

    [Fact]
    public void ChangeProcessWantsFilesOnly()
    {
        iommu_ioas_change_process cmd = new() { size = 8 };
        Assert.Equal(ErrnoCode.None, Map(File, 0, Page, Iova0));
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_CHANGE_PROCESS, ref cmd));
        iommu_ioas_map map = new()
        {
            size = 40, flags = (iommufd_ioas_map_flags)7, ioas_id = _bench.Space, user_va = MockBench.Beside, length = Page, iova = 2 * Iova0,
        };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref map));
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(IOMMU_IOAS_CHANGE_PROCESS, ref cmd));
        Assert.Equal(ReasonCode.AreaIsNoFile, _bench.Caller.Why.Code);
        cmd.__reserved = 1;
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_IOAS_CHANGE_PROCESS, ref cmd));
    }

    [Fact]
    public void AnAccessReachesTheFileAsFarAsItGoes()
    {
        uint lazy = _bench.Bench.Space();
        Assert.Equal(ErrnoCode.None, Map(File, Page, 4 * Page, Iova0, lazy));
        Reason why = default;
        Assert.True(_bench.Bench.Context.CreateAccess(new ObjectId(lazy), true, static (one, range) => one.UnpinMeeting(range), out Access? access, ref why).Succeeded);
        byte[] read = new byte[11];
        Assert.True(access!.Read(new Iova(Iova0 + 8), read, ref why).Succeeded);
        Assert.Equal("in the file"u8.ToArray(), read);
        Assert.Equal(ErrnoCode.EINVAL, access.Read(new Iova(Iova0 + 3 * Page), read, ref why).Code);
        Assert.Equal(ReasonCode.AccessPastFile, why.Code);
        Assert.Equal(ErrnoCode.EINVAL, access.Pin(new Iova(Iova0 + 3 * Page), Page, true, out _, null, ref why).Code);
        Assert.Equal(0, fcntl(_file, AddSeals, 0)); // nothing of it is mapped here

        Assert.True(access.Pin(new Iova(Iova0), Page, true, out _, null, ref why).Succeeded);
        RandomAccess.SetLength(_file, 8 * Page);
        Assert.True(access.Pin(new Iova(Iova0 + 3 * Page), Page, true, out _, null, ref why).Succeeded); // it reaches so far now
        Assert.True(access.Write(new Iova(Iova0 + 3 * Page), "at its end"u8, ref why).Succeeded);
        RandomAccess.Read(_file, read.AsSpan(0, 10), 4 * Page);
        Assert.Equal("at its end"u8.ToArray(), read[..10]);
        Assert.Equal(-1, fcntl(_file, AddSeals, SealWrite));
        access.UnpinMeeting(new AddressRange(0, ulong.MaxValue));
        Assert.Equal(0, fcntl(_file, AddSeals, SealWrite));
        _bench.Bench.Context.CloseAccess(access);
    }

    [Fact]
    public void ADmaBufThatIsTakenAwayStaysAwayForWhoHasMappedIt()
    {
        iommu_test_cmd cmd = new() { size = 72, op = IOMMU_TEST_OP_DMABUF_GET };
        cmd.dmabuf_get.length = 4 * Page - 1;
        _bench.Caller.Bytes.Put(cmd);
        Assert.True(_bench.Bench.File.Ioctl(_bench.Caller, iommu_test_cmd.IOMMU_TEST_CMD, Fixtures.ArrayMemory.Base, out long number, ref _bench.Caller.Why).Succeeded);
        Assert.IsType<DmaBufFile>(_bench.Caller.Descriptors[(int)number]);

        Assert.Equal(ErrnoCode.EINVAL, Map((int)number, 0, 4 * Page + 1, Iova0));
        Assert.Equal(ErrnoCode.EINVAL, Map((int)number, 4 * Page, Page, Iova0));
        Assert.Equal(ErrnoCode.None, Map((int)number, 0, 4 * Page, Iova0));
        DmaPort port = OpenPort();
        Assert.True(port.Write(new Iova(Iova0), [1, 2, 3]));
        Assert.Equal(ErrnoCode.None, Revoke((int)number, revoked: true));
        Assert.False(port.Write(new Iova(Iova0), [1, 2, 3]));
        Assert.Equal(ErrnoCode.ENODEV, Map((int)number, 0, Page, 2 * Iova0));
        Assert.Equal(ErrnoCode.None, Revoke((int)number, revoked: false));
        Assert.Equal(ErrnoCode.None, Map((int)number, 0, Page, 2 * Iova0));
        Assert.False(port.Write(new Iova(Iova0), [1, 2, 3]));
        byte[] read = new byte[3];
        Assert.True(port.Read(new Iova(2 * Iova0), read));
        Assert.Equal([1, 2, 3], read);
        Assert.Equal(ErrnoCode.EINVAL, Revoke(File, revoked: true));
        Assert.Equal(ErrnoCode.EBADF, Revoke(99, revoked: true));
    }

    private DmaPort OpenPort()
    {
        Reason why = default;
        Assert.True(_bench.Bench.Context.FindMockDevice(new ObjectId(_bench.Device), out MockDevice? device, ref why).Succeeded);
        return device!.Device.OpenPort();
    }

    private ErrnoCode Map(int file, ulong start, ulong length, ulong iova, uint? space = null)
    {
        iommu_ioas_map_file cmd = new()
        {
            size = 40, flags = (iommufd_ioas_map_flags)7, ioas_id = space ?? _bench.Space, fd = file, start = start, length = length, iova = iova,
        };
        return _bench.Call(IOMMU_IOAS_MAP_FILE, ref cmd);
    }

    private ErrnoCode Unmap(ulong iova, ulong length)
    {
        iommu_ioas_unmap cmd = new() { size = 24, ioas_id = _bench.Space, iova = iova, length = length };
        return _bench.Call(IOMMU_IOAS_UNMAP, ref cmd);
    }

    private ErrnoCode Revoke(int number, bool revoked)
    {
        iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_DMABUF_REVOKE };
        cmd.dmabuf_revoke = new iommu_test_dmabuf_revoke { dmabuf_fd = number, revoked = revoked ? 1u : 0 };
        return _bench.Test(ref cmd);
    }

    private const int EBUSY = 16, AddSeals = 1033, SealWrite = 8;
    private const uint AllowSealing = 2;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle file, int command, int argument);
}
