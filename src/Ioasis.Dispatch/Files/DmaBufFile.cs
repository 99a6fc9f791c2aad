using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>The descriptor of a dma-buf: IOMMU_IOAS_MAP_FILE takes it.</summary>
public sealed class DmaBufFile(DmaBuf buffer) : DeviceFile
{
    public DmaBuf Buffer { get; } = buffer;

    public override string Path => "anon_inode:dmabuf";

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        return why.Because(ReasonCode.UnknownIoctl, command, name: Path);
    }

    /// <summary>Who has mapped the buffer keeps it.</summary>
    public override void Release()
    {
    }
}
