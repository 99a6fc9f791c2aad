namespace Ioasis.Engine.Memory;

/// <summary>A count of pages that several threads and contexts charge and discharge.</summary>
public sealed class PinLedger
{
    private long _pages;

    /// <summary>Pages charged now.</summary>
    public ulong Pages => (ulong)Volatile.Read(ref _pages);

    /// <summary>Adds pages unless that would pass the limit.</summary>
    /// <param name="pages">Pages to add.</param>
    /// <param name="limit">Most pages that the ledger may hold, inclusive.</param>
    /// <param name="total">Pages that the ledger would hold, whether it was added or not.</param>
    public bool TryCharge(ulong pages, ulong limit, out ulong total)
    {
        while (true)
        {
            long now = Volatile.Read(ref _pages);
            total = (ulong)now + pages;
            if (total > limit)
                return false;
            if (Interlocked.CompareExchange(ref _pages, (long)total, now) == now)
                return true;
        }
    }

    /// <summary>Adds pages without a limit.</summary>
    public void Charge(ulong pages) => Interlocked.Add(ref _pages, (long)pages);

    /// <summary>Takes back pages that were charged.</summary>
    public void Discharge(ulong pages) => Interlocked.Add(ref _pages, -(long)pages);
}
