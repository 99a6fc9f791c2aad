using System.Numerics;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// Automatic IOVAs: the lowest place that fits, as Linux chooses it. The offset into the page is kept; the alignment of the
/// memory is kept up to a huge page; never the first page and never the last.
/// </summary>
public sealed partial class Ioas
{
    private static readonly AddressRange s_automatic = new(SystemPage.Size, ulong.MaxValue - SystemPage.Size);

    private Errno FindFree(ulong address, ulong length, out Iova placed, ref Reason why)
    {
        placed = default;
        if (length >= ulong.MaxValue / 2)
            return why.Because(ReasonCode.AutomaticLengthTooLarge, length);

        ulong alignment = BitOperations.RoundUpToPowerOf2(length);
        if (address != 0)
            alignment = Math.Min(alignment, address & (~address + 1));
        alignment = Math.Min(alignment, SystemPage.HugeSize);
        if (alignment < Alignment)
            return why.Because(ReasonCode.AutomaticAlignmentTooSmall, address, length, alignment, Alignment);

        ulong pageOffset = address & (SystemPage.Size - 1);
        if (_allowed.Length == 0)
        {
            if (TryFindFree(s_automatic, length, alignment, pageOffset, out placed))
                return Errno.Success;
        }

        foreach (AddressRange allowed in _allowed)
        {
            ulong first = Math.Max(allowed.First, s_automatic.First);
            ulong last = Math.Min(allowed.Last, s_automatic.Last);
            if (first <= last && TryFindFree(new AddressRange(first, last), length, alignment, pageOffset, out placed))
                return Errno.Success;
        }

        return why.Because(ReasonCode.NoFreeIova, length, alignment);
    }

    /// <summary>Looks in the parts of a range that are not reserved, lowest first.</summary>
    private bool TryFindFree(AddressRange within, ulong length, ulong alignment, ulong pageOffset, out Iova placed)
    {
        // Linux never places anything on the very last byte of a hole, which matters for one byte only.
        ulong needed = Math.Max(length, 2);
        placed = default;
        AddressRange rest = within;
        while (true)
        {
            AddressRange free = rest;
            if (!_reserved.TryFindFree(rest, out free))
                return false;
            if (_areas.TryFindGap(needed, alignment, pageOffset, free.First, free.Last, out ulong start))
            {
                placed = new Iova(start);
                return true;
            }

            if (free.Last == within.Last)
                return false;
            rest = new AddressRange(free.Last + 1, within.Last);
        }
    }
}
