using Ioasis.Engine.Intervals;
using Ioasis.Engine.Memory;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// What reaches each pinned page of a backing in shared memory. Most often the same object for all of them, whatever pieces they were
/// pinned in, as nothing else was mapped there in between; what differs has a run of its own.
/// </summary>
/// <remarks>Changed under the context's lock; <see cref="Find"/> is called by DMA without it.</remarks>
internal struct PinOrigins(NodePool<int> nodes, SharedPages? common)
{
    private const int LeastPlaces = 16;

    private SharedPages? _common = common;
    private IntervalMap<int>? _runs; // by page; null until something differs
    private SharedPages?[] _places = [null]; // what runs refer to; the first one is none
    private int _lastPlace; // the one that was given last
    private uint _changes; // odd while a run is out of the map to be cut

    /// <summary>Whether no page of a run differs from what all have in common.</summary>
    public readonly bool AreAlike(PageRun pages) => _runs is null || !_runs.TryFindFirst(pages.First, pages.Last, out _, out _, out _);

    /// <summary>Pages that had no pin have been acquired; nothing is known of them.</summary>
    public void Set(PageRun pages, SharedPages? shared)
    {
        if (TryJoin(pages, shared))
            return;
        IntervalMap<int> runs = _runs ?? new IntervalMap<int>(nodes);
        runs.TryAdd(pages.First, pages.Last, Remember(shared));
        Volatile.Write(ref _runs, runs);
    }

    /// <summary>As <see cref="Set"/>, for pages some of which were pinned before, and keep what they have.</summary>
    /// <returns>False: it differs, so the holes must be set one by one.</returns>
    public bool TrySetBeside(PageRun pages, SharedPages? shared) => TryJoin(pages, shared);

    /// <summary>No DMA uses any of it any more.</summary>
    public void Release()
    {
        _common?.Release();
        foreach (SharedPages? one in _places)
            one?.Release();
    }

    /// <summary>Pages have no pin any more.</summary>
    public void Forget(PageRun pages)
    {
        while (_runs!.TryFindFirst(pages.First, pages.Last, out ulong first, out ulong last, out int place))
        {
            _changes++;
            Interlocked.MemoryBarrier();
            _runs.Remove(first, out _, out _);
            if (first < pages.First)
                _runs.TryAdd(first, pages.First - 1, place);
            if (last > pages.Last)
                _runs.TryAdd(pages.Last + 1, last, place);
            Volatile.Write(ref _changes, _changes + 1);
        }
    }

    /// <summary>What reaches a page; null when nothing does. Any thread.</summary>
    /// <param name="page">The page.</param>
    /// <param name="last">The last page from there on of which that is surely true.</param>
    public SharedPages? Find(ulong page, out ulong last)
    {
        last = ulong.MaxValue;
        if (Volatile.Read(ref _runs) is not { } runs)
            return Volatile.Read(ref _common);
        while (true)
        {
            uint changes = Volatile.Read(ref _changes);
            if (runs.TryFind(page, out _, out last, out int place))
                return Volatile.Read(ref _places)[place];
            Interlocked.MemoryBarrier();
            last = page; // the next one may have a run
            if ((changes & 1) == 0 && Volatile.Read(ref _changes) == changes)
                return Volatile.Read(ref _common);
            Thread.SpinWait(1);
        }
    }

    /// <summary>Whether what was found at some pages is what all have in common, which may learn it now.</summary>
    private bool TryJoin(PageRun pages, SharedPages? shared)
    {
        if (_common is null)
        {
            Volatile.Write(ref _common, shared);
            return true;
        }

        if (!_common.TryJoin(shared, pages.First << SystemPage.Shift, (pages.Last << SystemPage.Shift) + (SystemPage.Size - 1), out SharedPages joined))
            return false;
        if (!ReferenceEquals(joined, _common))
            Volatile.Write(ref _common, joined);
        return true;
    }

    /// <summary>A place for what reaches a run: the next one that no run has. Once round, those that no run has any more make room.</summary>
    private int Remember(SharedPages? shared)
    {
        if (shared is null)
            return 0;
        do
        {
            if (++_lastPlace >= _places.Length)
                Renew();
        }
        while (_places[_lastPlace] is not null);
        _places[_lastPlace] = shared;
        return _lastPlace;
    }

    /// <summary>Begins anew with an array in which at least every second place is free.</summary>
    private void Renew()
    {
        SharedPages?[] renewed = new SharedPages?[Math.Max(Math.Max(LeastPlaces, _places.Length), 2 * ((_runs?.Count ?? 0) + 1))];
        if (_runs is not null)
        {
            foreach (Interval<int> run in _runs)
                renewed[run.Value] = _places[run.Value];
        }

        for (int place = 1; place < _places.Length; place++) // the old array stays as it is: a DMA may be reading it
        {
            if (renewed[place] is null)
                _places[place]?.Release();
        }

        Volatile.Write(ref _places, renewed);
        _lastPlace = 1;
    }
}
