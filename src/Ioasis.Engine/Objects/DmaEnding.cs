using Ioasis.Engine.Dma;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>
/// The second half of a detach, replace or unbind: requests are blocked, and DMA that had begun before may still be waiting for a client's
/// memory. It is waited for with no lock held, not for ever, and then what it used is let go.
/// </summary>
/// <remarks>One thread. <see cref="Finish"/> must be called once, whatever the first half gave; most often there is nothing to do.</remarks>
public struct DmaEnding
{
    private readonly IommuContext _context;
    private DmaWait? _wait;
    private List<(PageTable Table, int Users)>? _drops;

    internal DmaEnding(IommuContext context) => _context = context;

    /// <summary>Waits, and finishes. No lock may be held.</summary>
    public void Finish()
    {
        if (_wait is not { } wait)
            return;
        _wait = null;
        wait.WaitOrGiveUp();
        _context.Finish(wait, _drops);
    }

    /// <summary>Finishes without waiting: nobody is left who could. The context's lock is held.</summary>
    internal void GiveUp()
    {
        if (_wait is not { } wait)
            return;
        _wait = null;
        wait.GiveUp();
        _context.GiveUpLocked(wait, _drops);
    }

    /// <summary>A way to memory was blocked. The context's lock is held.</summary>
    internal void Pass()
    {
        bool waited = _wait is not null;
        _context.Barrier.Pass(ref _wait);
        HoldOnce(waited);
    }

    /// <summary>Software that copies has left an address space. The context's lock is held.</summary>
    internal void Pass(CopyCount copies)
    {
        if (copies.IsOver)
            return;
        bool waited = _wait is not null;
        (_wait ??= new DmaWait()).Add(copies);
        HoldOnce(waited);
    }

    /// <summary>Takes users from a page table, now or when the DMA is over; an automatic one goes with the last. The context's lock is held.</summary>
    internal void Drop(PageTable table, int users)
    {
        if (_wait is null)
            _context.DropLocked(table, users);
        else
            (_drops ??= []).Add((table, users));
    }

    private readonly void HoldOnce(bool waited)
    {
        if (!waited && _wait is not null)
            _context.HoldLocked();
    }
}
