using Ioasis.Engine.Intervals;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// How often each page of a backing is pinned, when not all pages are pinned alike: runs of pages, each with a count, in an interval map by
/// page number. So a mapping that is copied page by page into thousands of address spaces costs O(log runs) a page.
/// </summary>
/// <remarks>
/// Changed under the context's lock; <see cref="Find"/> is read by DMA without it. Runs that adjoin and are alike are made one, so there are
/// no more than the pins that are there make necessary.
/// </remarks>
internal sealed class PinCoverage
{
    private const int LeastShared = 16;

    private readonly IntervalMap<PinnedRun> _runs;
    private SharedPages?[] _shared = [null]; // the first one is none; a place that a run has keeps what it holds
    private int _lastShared; // the place that was given last
    private uint _changes; // odd while runs are out of the map to be cut or joined

    /// <summary>All of a backing has been pinned until now.</summary>
    /// <param name="nodes">Where runs are kept.</param>
    /// <param name="pages">All pages of the backing.</param>
    /// <param name="count">How often; 0 for not at all.</param>
    /// <param name="shared">What reaches them when their client is gone.</param>
    public PinCoverage(NodePool<PinnedRun> nodes, PageRun pages, int count, SharedPages? shared)
    {
        _runs = new IntervalMap<PinnedRun>(nodes);
        if (count != 0)
            _runs.TryAdd(pages.First, pages.Last, new PinnedRun(count, Remember(shared)));
    }

    /// <summary>No page is pinned.</summary>
    public bool IsEmpty => _runs.Count == 0;

    /// <summary>Runs of pages that are pinned, ascending, none twice.</summary>
    public List<PageRun> Pages
    {
        get
        {
            List<PageRun> pages = [];
            foreach (Interval<PinnedRun> run in _runs)
                pages.Add(new PageRun(run.Start, run.Last));
            return pages;
        }
    }

    /// <summary>Adds one pin to each page of a run, acquiring those that had none. On failure nothing has changed.</summary>
    public Errno Add(PageRun pages, ref Backing owner, ref Reason why)
    {
        CutBefore(pages.First);
        CutBefore(pages.Last + 1);
        Errno errno = Acquire(pages, ref owner, out ulong acquired, ref why);
        if (errno.Succeeded)
            Count(pages, +1);
        else
        {
            DropUnpinned(pages);
            owner.Discharge(acquired);
        }

        JoinAt(pages.First);
        JoinAt(pages.Last + 1);
        return errno;
    }

    /// <summary>Takes one pin from each page of a run, all of which have one.</summary>
    /// <returns>Pages that have no pin any more.</returns>
    public ulong Remove(PageRun pages)
    {
        CutBefore(pages.First);
        CutBefore(pages.Last + 1);
        Count(pages, -1);
        ulong freed = DropUnpinned(pages);
        JoinAt(pages.First);
        JoinAt(pages.Last + 1);
        return freed;
    }

    /// <summary>What reaches a page when its client is gone; null when nothing does. Any thread.</summary>
    public SharedPages? Find(ulong page)
    {
        while (true)
        {
            uint changes = Volatile.Read(ref _changes);
            if (_runs.TryFind(page, out _, out _, out PinnedRun run))
                return Volatile.Read(ref _shared)[run.Shared];
            Interlocked.MemoryBarrier();
            if ((changes & 1) == 0 && Volatile.Read(ref _changes) == changes)
                return null;
            Thread.SpinWait(1);
        }
    }

    /// <summary>Acquires the pages that have no run, each hole as a run with no pin yet.</summary>
    private Errno Acquire(PageRun pages, ref Backing owner, out ulong acquired, ref Reason why)
    {
        acquired = 0;
        for (ulong next = pages.First; next <= pages.Last;)
        {
            bool found = _runs.TryFindFirst(next, pages.Last, out ulong first, out ulong last, out _);
            if (found && first == next)
            {
                next = last + 1;
                continue;
            }

            PageRun hole = new(next, found ? first - 1 : pages.Last);
            Errno errno = owner.Acquire(hole, out SharedPages? shared, ref why);
            if (errno.Failed)
                return errno;
            acquired += hole.Count;
            _runs.TryAdd(hole.First, hole.Last, new PinnedRun(0, Remember(shared)));
            next = hole.Last + 1;
        }

        return Errno.Success;
    }

    private void Count(PageRun pages, int change)
    {
        for (ulong next = pages.First; next <= pages.Last && _runs.TryFindFirst(next, pages.Last, out ulong first, out ulong last, out PinnedRun run);)
        {
            _runs.TryUpdate(first, run with { Count = run.Count + change });
            next = last + 1;
        }
    }

    /// <returns>Pages that were dropped.</returns>
    private ulong DropUnpinned(PageRun pages)
    {
        ulong dropped = 0;
        for (ulong next = pages.First; next <= pages.Last && _runs.TryFindFirst(next, pages.Last, out ulong first, out ulong last, out PinnedRun run);)
        {
            if (run.Count == 0)
            {
                _runs.Remove(first, out _, out _);
                dropped += last - first + 1;
            }

            next = last + 1;
        }

        return dropped;
    }

    /// <summary>Makes a border between runs before a page.</summary>
    private void CutBefore(ulong page)
    {
        if (!_runs.TryFindFirst(page, page, out ulong first, out ulong last, out PinnedRun run) || first == page)
            return;
        _changes++;
        Interlocked.MemoryBarrier();
        _runs.Remove(first, out _, out _);
        _runs.TryAdd(first, page - 1, run);
        _runs.TryAdd(page, last, run);
        Volatile.Write(ref _changes, _changes + 1);
    }

    /// <summary>Takes away a border before a page, where the runs on both sides are alike.</summary>
    private void JoinAt(ulong page)
    {
        if (page == 0
            || !_runs.TryFindFirst(page - 1, page - 1, out ulong first, out ulong before, out PinnedRun left) || before != page - 1
            || !_runs.TryFindFirst(page, page, out _, out ulong last, out PinnedRun right) || left != right)
            return;
        _changes++;
        Interlocked.MemoryBarrier();
        _runs.Remove(first, out _, out _);
        _runs.Remove(page, out _, out _);
        _runs.TryAdd(first, last, left);
        Volatile.Write(ref _changes, _changes + 1);
    }

    /// <summary>A number for shared pages: the next one that no run has. Once round, those that no run has any more make room.</summary>
    private int Remember(SharedPages? shared)
    {
        if (shared is null)
            return 0;
        do
        {
            if (++_lastShared == _shared.Length)
                Renew();
        }
        while (_shared[_lastShared] is not null);
        _shared[_lastShared] = shared;
        return _lastShared;
    }

    /// <summary>Begins anew with an array in which at least every second place is free.</summary>
    private void Renew()
    {
        SharedPages?[] renewed = new SharedPages?[Math.Max(Math.Max(LeastShared, _shared.Length), 2 * (_runs.Count + 1))];
        foreach (Interval<PinnedRun> run in _runs)
            renewed[run.Value.Shared] = _shared[run.Value.Shared];
        Volatile.Write(ref _shared, renewed);
        _lastShared = 1;
    }
}
