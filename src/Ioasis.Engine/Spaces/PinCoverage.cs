using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// How often each page of a backing is pinned: disjoint runs in ascending order, each with a count. Nearly every backing
/// has one run (one area, or copies of all of it), which lies in this struct; more lie in an array.
/// </summary>
/// <remarks>
/// Changed under the context's lock; <see cref="Shared"/> is read by DMA without it, so the array is replaced, never changed.
/// </remarks>
internal struct PinCoverage
{
    private PinnedRun _only; // Count 0: none
    private PinnedRun[]? _runs; // when not null it holds all runs, and _only is out of use

    private record struct PinnedRun(PageRun Pages, int Count, SharedPages? Shared);

    public readonly bool IsEmpty => _runs is null && _only.Count == 0;

    /// <summary>Adds one pin to each page of a run, acquiring those that had none. On failure nothing has changed.</summary>
    public Errno Add(PageRun pages, Backing owner, ref Reason why)
    {
        if (_runs is null && _only.Count == 0)
        {
            Errno errno = owner.Acquire(pages, out SharedPages? shared, ref why);
            if (errno.Succeeded)
                _only = new PinnedRun(pages, 1, shared);
            return errno;
        }

        if (_runs is null && _only.Pages == pages)
        {
            _only.Count++;
            return Errno.Success;
        }

        List<PinnedRun> runs = _runs is null ? [_only] : [.. _runs];
        Errno added = AddTo(runs, pages, owner, ref why);
        if (added.Succeeded)
            Volatile.Write(ref _runs, [.. runs]);
        return added;
    }

    /// <summary>Takes one pin from each page of a run, all of which have one.</summary>
    /// <returns>Pages that have no pin any more.</returns>
    public ulong Remove(PageRun pages)
    {
        if (_runs is null)
        {
            if (--_only.Count != 0)
                return 0;
            _only = default;
            return pages.Count;
        }

        List<PinnedRun> runs = [.. _runs];
        SplitAt(runs, pages.First);
        SplitAt(runs, pages.Last + 1);
        ulong freed = 0;
        for (int i = IndexOf(runs, pages.First); i < runs.Count && runs[i].Pages.First <= pages.Last; i++)
        {
            runs[i] = runs[i] with { Count = runs[i].Count - 1 };
            if (runs[i].Count == 0)
                freed += runs[i].Pages.Count;
        }

        runs.RemoveAll(static run => run.Count == 0);
        if (runs.Count == 0)
            _only = default;
        Volatile.Write<PinnedRun[]?>(ref _runs, runs.Count == 0 ? null : [.. runs]);
        return freed;
    }

    /// <summary>Runs of pages that are pinned, ascending, none twice.</summary>
    public readonly PageRun[] Pages =>
        _runs is not null ? Array.ConvertAll(_runs, static run => run.Pages) : IsEmpty ? [] : [_only.Pages];

    /// <summary>What reaches the pinned page of an address when its client is gone; null when nothing does.</summary>
    public readonly SharedPages? Shared(ulong address)
    {
        PinnedRun[]? runs = Volatile.Read(in _runs);
        if (runs is null)
            return _only.Shared;
        ulong page = address >> SystemPage.Shift;
        foreach (PinnedRun run in runs)
        {
            if (run.Pages.First <= page && page <= run.Pages.Last)
                return run.Shared;
        }

        return null;
    }

    private static Errno AddTo(List<PinnedRun> runs, PageRun pages, Backing owner, ref Reason why)
    {
        SplitAt(runs, pages.First);
        SplitAt(runs, pages.Last + 1);

        // First acquire the holes, which can fail; only then count.
        int first = IndexOf(runs, pages.First);
        ulong acquired = 0;
        ulong next = pages.First;
        for (int i = first; next <= pages.Last; i++)
        {
            bool covered = i < runs.Count && runs[i].Pages.First == next;
            if (!covered)
            {
                ulong last = i < runs.Count && runs[i].Pages.First <= pages.Last ? runs[i].Pages.First - 1 : pages.Last;
                PageRun hole = new(next, last);
                Errno errno = owner.Acquire(hole, out SharedPages? shared, ref why);
                if (errno.Failed)
                {
                    owner.Discharge(acquired);
                    return errno;
                }

                acquired += hole.Count;
                runs.Insert(i, new PinnedRun(hole, 0, shared));
            }

            next = runs[i].Pages.Last + 1;
        }

        for (int i = first; i < runs.Count && runs[i].Pages.First <= pages.Last; i++)
            runs[i] = runs[i] with { Count = runs[i].Count + 1 };
        return Errno.Success;
    }

    /// <summary>Makes a border between runs before a page.</summary>
    private static void SplitAt(List<PinnedRun> runs, ulong page)
    {
        int i = IndexOf(runs, page) - 1;
        if (i < 0 || runs[i].Pages.Last < page)
            return;
        PinnedRun run = runs[i];
        runs[i] = run with { Pages = new PageRun(run.Pages.First, page - 1) };
        runs.Insert(i + 1, run with { Pages = new PageRun(page, run.Pages.Last) });
    }

    /// <summary>The index of the first run that starts at a page or after it.</summary>
    private static int IndexOf(List<PinnedRun> runs, ulong page)
    {
        int low = 0, high = runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].Pages.First < page)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
