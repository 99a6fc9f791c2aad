using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>IOMMU_IOAS_COPY, its first half: which client memory a range of this address space leads to.</summary>
public sealed partial class Ioas
{
    /// <summary>Appends the memory behind a range; it may span several areas that adjoin, and begin and end within one.</summary>
    /// <returns>EINVAL: no length; EOVERFLOW: the range wraps; ENOENT: a byte of it is not mapped.</returns>
    internal Errno Collect(Iova from, ulong length, List<Segment> segments, ref Reason why)
    {
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        ulong last = from.Value + (length - 1);
        if (last < from.Value)
            return why.Because(ReasonCode.RangeWraps, from.Value, length);

        ulong next = from.Value;
        while (true)
        {
            if (!_areas.TryFind(next, out ulong areaFirst, out ulong areaLast, out Area area) || area.IsLeaving)
                return why.Because(ReasonCode.CopySourceNotMapped, from.Value, last, next);
            ulong partLast = Math.Min(areaLast, last);
            segments.Add(new Segment(area.Backing, area.Address + (next - areaFirst), partLast - next + 1));
            if (partLast == last)
                return Errno.Success;
            next = partLast + 1;
        }
    }
}
