using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The IOVAs of an address space that cannot be mapped, each with who reserved it (a page table for what is outside its
/// aperture, a device for its reserved regions). Ranges of different owners may meet. A handful, most often, and that in a million address
/// spaces: in one array, in ascending order of their first address.
/// </summary>
internal struct ReservedRanges
{
    private const int Least = 2; // below and above an aperture

    private (AddressRange Range, object Owner)[]? _entries;
    private int _count;

    private readonly ReadOnlySpan<(AddressRange Range, object Owner)> Entries => _entries.AsSpan(0, _count);

    public void Add(AddressRange range, object owner)
    {
        int from = 0, to = _count; // the place is after all that begin no later
        while (from < to)
        {
            int middle = (from + to) / 2;
            if (_entries![middle].Range.First <= range.First)
                from = middle + 1;
            else
                to = middle;
        }

        if (_entries is null || _count == _entries.Length)
            Array.Resize(ref _entries, Math.Max(Least, 2 * _count));
        Array.Copy(_entries, from, _entries, from + 1, _count - from);
        _entries[from] = (range, owner);
        _count++;
    }

    /// <summary>Drops all ranges of an owner.</summary>
    public void Remove(object owner)
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (!ReferenceEquals(_entries![i].Owner, owner))
                _entries[kept++] = _entries[i];
        }

        _entries?.AsSpan(kept, _count - kept).Clear();
        _count = kept;
        if (kept == 0)
            _entries = null;
    }

    /// <summary>The lowest reserved range that meets a range.</summary>
    public readonly bool TryFind(AddressRange range, out AddressRange reserved)
    {
        foreach ((AddressRange candidate, _) in Entries)
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
    public readonly bool TryFindFree(AddressRange within, out AddressRange free)
    {
        ulong first = within.First;
        foreach ((AddressRange reserved, _) in Entries)
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
