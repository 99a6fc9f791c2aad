using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Dispatch.Mock;

/// <summary>Test calls on dma-bufs, which the mock driver exports.</summary>
internal static class MockBufferCalls
{
    private const ulong MostPages = 512;

    /// <summary>DMABUF_GET. The descriptor is what the call returns.</summary>
    public static Errno Create(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        const ulong WithinPage = SystemPage.Size - 1;
        ulong length = (cmd.dmabuf_get.length + WithinPage) & ~WithinPage;
        if (length is 0 or > MostPages * SystemPage.Size)
            return why.Because(ReasonCode.BufferLengthInvalid, length, MostPages * SystemPage.Size);
        Errno errno = FailurePoint.Allocate("dma-buf", ref why);
        if (errno.Failed)
            return errno;
        errno = call.CreateFile(new DmaBufFile(new DmaBuf((int)length)), out int number, ref why);
        if (errno.Succeeded)
            call.Result = number;
        return errno;
    }

    /// <summary>DMABUF_REVOKE.</summary>
    public static Errno Revoke(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = call.Caller.FindFile(cmd.dmabuf_revoke.dmabuf_fd, out DeviceFile? file, ref why);
        if (errno.Failed)
            return errno;
        if (file is not DmaBufFile buffer)
            return why.Because(ReasonCode.NotADmaBuf, (uint)cmd.dmabuf_revoke.dmabuf_fd);
        buffer.Buffer.Revoke(cmd.dmabuf_revoke.revoked != 0);
        return Errno.Success;
    }
}
