using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The IOVAs of an address space that cannot be mapped, each with who reserved it (a page table for what is outside its
/// aperture, a device for its reserved regions). Ranges of different owners may meet. A handful, however many page tables there are, and that
/// in a million address spaces: in one array, in ascending order of their first address.
/// </summary>
internal struct ReservedRanges
{
    private const int Least = 2; // below and above an aperture

    private (AddressRange Range, object Owner, int Count)[]? _entries;
    private int _count;

    private readonly ReadOnlySpan<(AddressRange Range, object Owner, int Count)> Entries => _entries.AsSpan(0, _count);

    /// <summary>Reserves a range once more for an owner.</summary>
    public void Add(AddressRange range, object owner)
    {
        int known = IndexOf(range, owner);
        if (known >= 0)
        {
            _entries![known].Count++;
            return;
        }

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
        _entries[from] = (range, owner, 1);
        _count++;
    }

    /// <summary>Undoes one <see cref="Add"/>.</summary>
    public void Remove(AddressRange range, object owner)
    {
        int index = IndexOf(range, owner);
        if (--_entries![index].Count != 0)
            return;
        _count--;
        Array.Copy(_entries, index + 1, _entries, index, _count - index);
        _entries[_count] = default;
        if (_count == 0)
            _entries = null;
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

    private readonly int IndexOf(AddressRange range, object owner)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_entries![i].Range == range && ReferenceEquals(_entries[i].Owner, owner))
                return i;
        }

        return -1;
    }

    /// <summary>The lowest reserved range that meets a range.</summary>
    public readonly bool TryFind(AddressRange range, out AddressRange reserved) => TryFind(range, out reserved, out _);

    /// <summary>The lowest reserved range that meets a range, and who reserved it.</summary>
    public readonly bool TryFind(AddressRange range, out AddressRange reserved, out object owner)
    {
        foreach ((AddressRange candidate, object candidateOwner, _) in Entries)
        {
            if (!candidate.Meets(range))
                continue;
            (reserved, owner) = (candidate, candidateOwner);
            return true;
        }

        (reserved, owner) = (default, null!);
        return false;
    }

    /// <summary>The first part of <paramref name="within"/> that nobody reserved.</summary>
    /// <returns>False when all of it is reserved.</returns>
    public readonly bool TryFindFree(AddressRange within, out AddressRange free)
    {
        ulong first = within.First;
        foreach ((AddressRange reserved, _, _) in Entries)
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
