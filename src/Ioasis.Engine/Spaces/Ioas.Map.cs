using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>IOMMU_IOAS_MAP: client memory becomes an area.</summary>
public sealed partial class Ioas
{
    internal Errno Map(
        ClientMemory memory, HostAddress address, ulong length, Iova? iova, AreaAccess access, PinCharging charging,
        out Iova placed, ref Reason why)
    {
        placed = default;
        if (address.Value + length < address.Value)
            return why.Because(ReasonCode.RangeWraps, address.Value, length);
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        if (length > ulong.MaxValue - SystemPage.Size)
            return why.Because(ReasonCode.LengthTooLarge, length);

        Errno errno = FailurePoint.Allocate("memory of a mapping", ref why);
        if (errno.Failed)
            return errno;
        BackingId backing = Context.Backings.Take();
        Context.Backings[backing].Open(memory, address, length, (access & AreaAccess.Write) != 0, charging);
        Segment all = new(backing, address.Value, length);
        errno = Place(new ReadOnlySpan<Segment>(in all), length, iova, access, out placed, ref why);
        if (errno.Failed)
            Context.Backings.Return(backing);
        return errno;
    }
}
