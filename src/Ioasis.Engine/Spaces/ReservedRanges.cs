using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The IOVAs of an address space that cannot be mapped, each with who reserved it (a page table for what is outside its
/// aperture, a device for its reserved regions). Ranges of different owners may meet. A handful, most often; in a
/// list, in ascending order of their first address.
/// </summary>
internal sealed class ReservedRanges
{
    private readonly List<(AddressRange Range, object Owner)> _entries = [];

    public void Add(AddressRange range, object owner)
    {
        int from = 0, to = _entries.Count; // the place is after all that begin no later
        while (from < to)
        {
            int middle = (from + to) / 2;
            if (_entries[middle].Range.First <= range.First)
                from = middle + 1;
            else
                to = middle;
        }

        _entries.Insert(from, (range, owner));
    }

    /// <summary>Drops all ranges of an owner.</summary>
    public void Remove(object owner) => _entries.RemoveAll(entry => ReferenceEquals(entry.Owner, owner));

    /// <summary>The lowest reserved range that meets a range.</summary>
    public bool TryFind(AddressRange range, out AddressRange reserved)
    {
        foreach ((AddressRange candidate, _) in _entries)
        {
            if (!candidate.Meets(range))
                continue;
            reserved = candidate;
            return true;
        }

        reserved = default;
        return false;
    }

    /// <summary>The first part of <paramref name="within"/> that nobody reserved.</summary>
    /// <returns>False when all of it is reserved.</returns>
    public bool TryFindFree(AddressRange within, out AddressRange free)
    {
        ulong first = within.First;
        foreach ((AddressRange reserved, _) in _entries)
        {
            if (reserved.Last < first)
                continue;
            if (reserved.First > first)
            {
                free = new AddressRange(first, Math.Min(reserved.First - 1, within.Last));
                return true;
            }

            if (reserved.Last >= within.Last)
            {
                free = default;
                return false;
            }

            first = reserved.Last + 1;
        }

        free = new AddressRange(first, within.Last);
        return true;
    }
}
