using System.Diagnostics;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>Which pages of a backing are pinned, and whom they are charged to.</summary>
internal partial struct Backing
{
    /// <summary>Pins the pages of an area once more; those that were not pinned are probed and charged.</summary>
    /// <param name="address">First byte, within the backing.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="table">Where it lies, and whose <see cref="BackingTable.Answers"/> tell about memory that may block.</param>
    /// <param name="why">The reason of a failure (nothing is pinned then): EFAULT, ENOMEM.</param>
    public Errno Pin(ulong address, ulong length, BackingTable table, ref Reason why)
    {
        PageRun pages = PageRun.Of(address, length);
        if (_parts is null && pages == Whole)
        {
            if (_pins == 0)
            {
                Errno errno = Acquire(pages, pages.Count, table, out SharedPages? shared, ref why);
                if (errno.Failed)
                {
                    _memory.Unpinned();
                    return errno;
                }

                _shared = shared;
            }

            _pins++;
            return Errno.Success;
        }

        return PinPart(pages, table, ref why);
    }

    /// <summary>Takes one pin of an area's pages back; pages without a pin are discharged.</summary>
    public void Unpin(ulong address, ulong length)
    {
        if (_parts is null)
        {
            if (--_pins != 0)
                return;
            Discharge(Whole.Count);
            _shared?.Release();
            _shared = null;
        }
        else
        {
            Discharge(_parts.Remove(PageRun.Of(address, length)));
            if (!_parts.IsEmpty)
                return;
            DropParts();
        }

        _memory.Unpinned();
    }

    private readonly PageRun Whole => PageRun.Of(_start, _length);

    private void DropParts()
    {
        _parts!.Release();
        _parts = null;
        _shared = null;
    }

    private Errno PinPart(PageRun pages, BackingTable table, ref Reason why)
    {
        PinCoverage? parts = _parts;
        if (parts is null)
        {
            parts = new PinCoverage(table.PinPool, Whole, _pins, _shared);
            _pins = 0;
            Volatile.Write(ref _parts, parts);
            // _shared is the coverage's now, but a DMA that has not seen it yet may be about to look here
        }

        Errno errno = parts.Add(pages, ref this, table, ref why);
        if (parts.IsEmpty)
        {
            DropParts();
            _memory.Unpinned();
        }

        return errno;
    }

    /// <summary>Pages that another process would be charged for.</summary>
    /// <param name="owner">The other process.</param>
    /// <param name="charging">How they are charged.</param>
    public ulong PagesToMove(PinOwner owner, out PinCharging charging)
    {
        charging = _charging;
        if (_memory.Owner == owner)
            return 0;
        return _parts is not null ? _parts.PinnedCount : _pins == 0 ? 0 : Whole.Count;
    }

    /// <summary>Another process has been charged, and pays from now on. It is a file.</summary>
    public void MoveTo(PinOwner owner)
    {
        ulong pages = PagesToMove(owner, out _);
        Discharge(pages);
        if (CountsAsPinned)
            owner.Pinned.Charge(pages);
        ((FileMemory)_memory).ChangeOwner(owner);
    }

    /// <summary>Probes and charges pages that become pinned: the way in for <see cref="PinCoverage"/>.</summary>
    /// <param name="run">The pages; some may be pinned already.</param>
    /// <param name="pages">How many are not.</param>
    /// <param name="table">Whose answers tell about memory that may block.</param>
    /// <param name="shared">What reaches them in shared memory; the caller releases it.</param>
    /// <param name="why">The reason of a failure.</param>
    public Errno Acquire(PageRun run, ulong pages, BackingTable table, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        if (_charging == PinCharging.DeviceMemory)
            return Errno.Success;
        Errno errno = FailurePoint.Allocate("list of pages to pin", ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Pin("pages of a mapping", ref why);
        if (errno.Failed)
            return errno;
        errno = MayBlock
            ? table.Ask(_memory, run, Writable, out shared, ref why)
            : _memory.Pin(new HostAddress(run.First << SystemPage.Shift), run.Count << SystemPage.Shift, Writable, out shared, ref why);
        if (errno.Failed)
            return errno;
        errno = Charge(pages, ref why);
        if (!errno.Failed)
            return errno;
        shared?.Release();
        shared = null;
        return errno;
    }

    /// <summary>Gives back pages that <see cref="Acquire"/> took.</summary>
    public void Discharge(ulong pages)
    {
        if (pages == 0 || _charging == PinCharging.DeviceMemory)
            return;
        PinOwner owner = _memory.Owner;
        LedgerOf(owner)?.Discharge(pages);
        if (CountsAsPinned)
            owner.Pinned.Discharge(pages);
    }

    /// <summary>A legacy container locks pages, in the words of /proc; everybody else pins them.</summary>
    private readonly bool CountsAsPinned => _charging < PinCharging.Locked;

    private readonly PinLedger? LedgerOf(PinOwner owner) => _charging switch
    {
        PinCharging.Unlimited => null,
        PinCharging.User => owner.User,
        _ => owner.Process,
    };

    /// <summary>Appends what is pinned, each page once however often it is.</summary>
    public readonly void AddPinnedParts(List<MemoryPart> parts)
    {
        if (_parts is null)
        {
            if (_pins != 0)
                AddParts(Whole.First << SystemPage.Shift, Whole.Count << SystemPage.Shift, parts);
            return;
        }

        foreach (PageRun pages in _parts.Pages)
            AddParts(pages.First << SystemPage.Shift, pages.Count << SystemPage.Shift, parts);
    }

    private Errno Charge(ulong pages, ref Reason why)
    {
        Errno errno = FailurePoint.Allocate("charge for pinned pages", ref why);
        if (errno.Failed)
            return errno;
        PinOwner owner = _memory.Owner;
        ulong limit = _charging == PinCharging.LockedUnlimited ? ulong.MaxValue : owner.MemlockLimit >> SystemPage.Shift;
        if (LedgerOf(owner) is { } ledger && !ledger.TryCharge(pages, limit, out ulong total))
            return why.Because(ReasonCode.MemlockLimit, pages, total, limit, name: owner.MemlockName);
        if (CountsAsPinned)
            owner.Pinned.Charge(pages);
        return Errno.Success;
    }
}
