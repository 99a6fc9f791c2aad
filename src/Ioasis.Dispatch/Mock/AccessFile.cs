using Ioasis.Dispatch.Files;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Mock;

/// <summary>The descriptor of an access that a test call made: as long as it is open, the access lives.</summary>
internal sealed class AccessFile(Access access) : DeviceFile
{
    public Access Access { get; } = access;

    public override string Path => "anon_inode:[iommufd_test_staccess]";

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        return why.Because(ReasonCode.UnknownIoctl, command, name: Path);
    }

    public override ReleaseScope Scope => new(Access.Context);

    public override void Release() => Access.Context.CloseAccess(Access);
}
