using Ioasis.Engine.Dma;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>What calls finish after they have left the lock to wait.</summary>
public sealed partial class IommuContext
{
    /// <summary>The context lives until <see cref="Release"/> is called once more. The lock is held.</summary>
    internal void HoldLocked() => _holders++;

    /// <summary>Takes users from a page table; an automatic one goes with the last. The lock is held.</summary>
    internal void DropLocked(PageTable table, int users)
    {
        table.Users -= users;
        if (table is HwPageTable { Automatic: true, Users: 0 })
            Remove(table);
    }

    /// <summary>The DMA that a detach waited for is over.</summary>
    internal void Finish(DmaWait wait, List<(PageTable Table, int Users)>? drops)
    {
        lock (Gate)
            FinishLocked(wait, drops);
        Release();
    }

    /// <summary>The same, while the context is used by whoever holds the lock.</summary>
    internal void GiveUpLocked(DmaWait wait, List<(PageTable Table, int Users)>? drops)
    {
        FinishLocked(wait, drops);
        _holders--;
    }

    private void FinishLocked(DmaWait wait, List<(PageTable Table, int Users)>? drops)
    {
        Backings.LeaveBehind(wait);
        foreach ((PageTable table, int users) in drops ?? [])
            DropLocked(table, users);
    }

    /// <summary>An unmap has to leave the lock before it is finished: <see cref="Finish(Ioas, UnmapRun, bool, ref Reason)"/> follows. The lock is held.</summary>
    internal void HoldUnfinished(Ioas ioas)
    {
        ioas.Users++;
        _holders++;
    }

    /// <summary>The parts of an unmap after the first, which has left it unfinished, and the IOAS and the context held.</summary>
    /// <param name="ioas">The IOAS.</param>
    /// <param name="run">The unmap.</param>
    /// <param name="patient">It waits for what another call is unmapping.</param>
    /// <param name="why">The reason of its outcome.</param>
    internal void Finish(Ioas ioas, UnmapRun run, bool patient, ref Reason why)
    {
        for (bool more = true; more;)
        {
            run.Pause();
            lock (Gate)
            {
                ioas.Unmap(run, ref why);
                more = run.IsUnfinished || (patient && run.MeetsAnother);
                if (!more)
                    ioas.Users--;
            }
        }

        Release();
    }
}
