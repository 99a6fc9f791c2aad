using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// How often each page of a backing is pinned, when not all pages are pinned alike, and what reaches them in shared memory. A pin of any
/// pages, and its end, cost O(log of the borders between differently pinned pages), and what is acquired or let go.
/// </summary>
/// <remarks>Changed under the context's lock; <see cref="Find"/> is read by DMA without it.</remarks>
internal sealed class PinCoverage
{
    /// <summary>Holes that are acquired one by one; where there are more, all that lies between them is asked for at once.</summary>
    private const int FewHoles = 32;

    private readonly PageRun _whole;
    private PinCounts _counts;
    private PinOrigins _origins;

    /// <summary>All of a backing has been pinned until now.</summary>
    /// <param name="pool">Where borders and runs are kept.</param>
    /// <param name="pages">All pages of the backing.</param>
    /// <param name="count">How often; 0 for not at all.</param>
    /// <param name="shared">What reaches them in shared memory.</param>
    public PinCoverage(PinPool pool, PageRun pages, int count, SharedPages? shared)
    {
        _whole = pages;
        _counts = new PinCounts(pool.Counts, pages);
        _origins = new PinOrigins(pool.Origins, shared);
        if (count != 0)
            _counts.Add(pages, count);
    }

    /// <summary>No page is pinned.</summary>
    public bool IsEmpty => _counts.IsEmpty;

    /// <summary>Pages that are pinned.</summary>
    public ulong PinnedCount => _whole.Count - _counts.Unpinned(_whole);

    /// <summary>Runs of pages that are pinned, ascending, none twice.</summary>
    public IEnumerable<PageRun> Pages
    {
        get
        {
            PageRun[] some = new PageRun[FewHoles];
            for (ulong next = _whole.First; next <= _whole.Last;)
            {
                int found = _counts.FindPinned(_whole with { First = next }, some);
                for (int i = 0; i < found; i++)
                    yield return some[i];
                if (found < some.Length)
                    yield break;
                next = some[^1].Last + 1;
            }
        }
    }

    /// <summary>Adds one pin to each page of a run, acquiring those that had none. On failure nothing has changed.</summary>
    public Errno Add(PageRun pages, ref Backing owner, BackingTable table, ref Reason why)
    {
        ulong missing = _counts.Unpinned(pages);
        if (missing != 0)
        {
            Errno errno = Acquire(pages, missing, ref owner, table, ref why);
            if (errno.Failed)
                return errno;
        }

        _counts.Add(pages, +1);
        return Errno.Success;
    }

    /// <summary>Takes one pin from each page of a run, all of which have one.</summary>
    /// <returns>Pages that have no pin any more.</returns>
    public ulong Remove(PageRun pages)
    {
        _counts.Add(pages, -1);
        ulong freed = _counts.Unpinned(pages);
        if (freed != 0 && !_origins.AreAlike(pages))
            ForgetUnpinned(pages);
        return freed;
    }

    /// <summary>What reaches a page in shared memory; null when nothing does. Any thread.</summary>
    /// <param name="page">The page.</param>
    /// <param name="last">The last page from there on of which that is true.</param>
    public SharedPages? Find(ulong page, out ulong last) => _origins.Find(page, out last);

    /// <summary>No DMA uses any page any more.</summary>
    public void Release()
    {
        _counts.Clear();
        _origins.Release();
    }

    private Errno Acquire(PageRun pages, ulong missing, ref Backing owner, BackingTable table, ref Reason why)
    {
        Span<PageRun> holes = stackalloc PageRun[FewHoles + 1];
        int found = _counts.FindUnpinned(pages, holes);
        if (found > FewHoles && TryAcquireAtOnce(pages, missing, ref owner, table, out Errno charged, ref why))
            return charged;

        ulong acquired = 0;
        for (ulong next = pages.First; found != 0; found = next > pages.Last ? 0 : _counts.FindUnpinned(pages with { First = next }, holes))
        {
            foreach (PageRun hole in holes[..found])
            {
                Errno errno = owner.Acquire(hole, hole.Count, table, out SharedPages? shared, ref why);
                if (errno.Failed)
                {
                    if (!_origins.AreAlike(pages))
                        ForgetUnpinned(pages);
                    owner.Discharge(acquired);
                    return errno;
                }

                _origins.Set(hole, shared);
                acquired += hole.Count;
                next = hole.Last + 1;
            }
        }

        return Errno.Success;
    }

    /// <summary>
    /// Asks for all pages at once, those that are pinned already too. If that fails, one of those may be the cause: it counts for nothing
    /// what lies there now.
    /// </summary>
    /// <returns>False when the holes must be acquired one by one; nothing has changed then.</returns>
    private bool TryAcquireAtOnce(PageRun pages, ulong missing, ref Backing owner, BackingTable table, out Errno errno, ref Reason why)
    {
        errno = owner.Acquire(pages, missing, table, out SharedPages? shared, ref why);
        if (errno.Failed)
            return errno.Code != ErrnoCode.EFAULT;
        if (_origins.TrySetBeside(pages, shared))
            return true;
        shared?.Release();
        owner.Discharge(missing);
        return false;
    }

    private void ForgetUnpinned(PageRun pages)
    {
        Span<PageRun> holes = stackalloc PageRun[FewHoles];
        for (ulong next = pages.First; next <= pages.Last; next = holes[^1].Last + 1)
        {
            int found = _counts.FindUnpinned(pages with { First = next }, holes);
            foreach (PageRun hole in holes[..found])
                _origins.Forget(hole);
            if (found < holes.Length)
                return;
        }
    }
}
