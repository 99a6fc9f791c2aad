using System.Diagnostics;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The client memory of one IOAS_MAP: what Linux calls iopt_pages. Areas that were made by copy share it. It knows which of
/// its pages are pinned (the union of the areas that page tables hold), and whom they are charged to.
/// </summary>
/// <remarks>
/// Guarded by the context's lock, except <see cref="Read"/> and <see cref="Write"/>, which a DMA section calls: what they
/// use does not change while an area leads here, and a backing is used again only after the DMA barrier.
/// </remarks>
internal sealed class Backing
{
    private ClientMemory _memory = null!;
    private unsafe byte* _direct; // the byte at _start, when the memory is registered in this process
    private ulong _start;
    private ulong _length;
    private PinCharging _charging;
    private PinCoverage _pins;
    private int _areas;
    private ulong _pageSize; // 0: not asked yet

    /// <summary>The next one in a list of the pool; null otherwise.</summary>
    public Backing? Next;

    /// <summary>Whether it is memory of this client.</summary>
    public bool IsOf(ClientMemory memory) => ReferenceEquals(_memory, memory);

    /// <summary>Who is charged for it.</summary>
    public PinOwner Owner => _memory.Owner;

    /// <summary>A device may write.</summary>
    public bool Writable { get; private set; }

    public unsafe void Open(ClientMemory memory, HostAddress start, ulong length, bool writable, PinCharging charging)
    {
        _memory = memory;
        _start = start.Value;
        _charging = charging;
        Writable = writable;
        _areas = 0;
        _pageSize = 0;
        _length = length;
        if (!memory.TryGetPointer(start, length, out _direct))
            _direct = null;
    }

    /// <summary>The pages that its memory is made of, in bytes; a system page when it is made of several kinds.</summary>
    public ulong PageSize
    {
        get
        {
            if (_pageSize == 0)
            {
                ulong first = _memory.PageSizeAt(new HostAddress(_start));
                _pageSize = first == _memory.PageSizeAt(new HostAddress(_start + (_length - 1))) ? first : SystemPage.Size;
            }

            return _pageSize;
        }
    }

    /// <summary>Forgets the client; nothing is pinned any more.</summary>
    public unsafe void Close()
    {
        Debug.Assert(_areas == 0 && _pins.IsEmpty);
        _memory.Unmapped();
        _memory = null!;
        _direct = null;
    }

    public void AddArea() => _areas++;

    /// <returns>True when that was the last one.</returns>
    public bool RemoveArea() => --_areas == 0;

    /// <summary>Pins the pages of an area once more; those that were not pinned are probed and charged.</summary>
    /// <param name="address">First byte, within the backing.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="why">The reason of a failure (nothing is pinned then): EFAULT, ENOMEM.</param>
    public Errno Pin(ulong address, ulong length, ref Reason why)
    {
        PageRun run = PageRun.Of(address, length);
        return _pins.Add(run, this, ref why);
    }

    /// <summary>Takes one pin of an area's pages back; pages without a pin are discharged.</summary>
    public void Unpin(ulong address, ulong length)
    {
        Discharge(_pins.Remove(PageRun.Of(address, length)));
        if (_pins.IsEmpty)
            _memory.Unpinned();
    }

    /// <summary>Memory of a device: no access reads or pins it.</summary>
    public bool IsDeviceMemory => _charging == PinCharging.DeviceMemory;

    /// <summary>It is a file, whose charge another process can take over.</summary>
    public bool IsFile => _memory is FileMemory;

    /// <summary>It is a dma-buf whose memory was taken away.</summary>
    public bool IsRevoked => _memory is DmaBufMemory { IsAlive: false };

    /// <summary>Pages that another process would be charged for.</summary>
    /// <param name="owner">The other process.</param>
    /// <param name="charging">How they are charged.</param>
    public ulong PagesToMove(PinOwner owner, out PinCharging charging)
    {
        charging = _charging;
        if (_memory.Owner == owner)
            return 0;
        ulong pages = 0;
        foreach (PageRun run in _pins.Pages)
            pages += run.Count;
        return pages;
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
    public Errno Acquire(PageRun run, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        if (_charging == PinCharging.DeviceMemory)
            return Errno.Success;
        Errno errno = FailurePoint.Allocate("list of pages to pin", ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Pin("pages of a mapping", ref why);
        if (errno.Failed)
            return errno;
        errno = _memory.Pin(new HostAddress(run.First << SystemPage.Shift), run.Count << SystemPage.Shift, Writable, out shared, ref why);
        if (errno.Failed)
            return errno;
        errno = Charge(run.Count, ref why);
        if (errno.Failed && _pins.IsEmpty)
            _memory.Unpinned();
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

    /// <summary>Copies from the client for a DMA. Inside a DMA section.</summary>
    /// <returns>Bytes copied.</returns>
    public unsafe int Read(ulong address, Span<byte> into)
    {
        if (_direct != null)
        {
            new ReadOnlySpan<byte>(_direct + (address - _start), into.Length).CopyTo(into);
            return into.Length;
        }

        int done = _memory.Read(new HostAddress(address), into);
        if (done < into.Length && _pins.Shared(address + (ulong)done) is { } shared)
            done += shared.Read(new HostAddress(address + (ulong)done), into[done..]);
        return done;
    }

    /// <summary>Copies to the client for a DMA. Inside a DMA section.</summary>
    /// <returns>Bytes copied.</returns>
    public unsafe int Write(ulong address, ReadOnlySpan<byte> from)
    {
        if (_direct != null)
        {
            from.CopyTo(new Span<byte>(_direct + (address - _start), from.Length));
            return from.Length;
        }

        int done = _memory.Write(new HostAddress(address), from);
        if (done < from.Length && _pins.Shared(address + (ulong)done) is { } shared)
            done += shared.Write(new HostAddress(address + (ulong)done), from[done..]);
        return done;
    }

    /// <summary>A legacy container locks pages, in the words of /proc; everybody else pins them.</summary>
    private bool CountsAsPinned => _charging < PinCharging.Locked;

    private PinLedger? LedgerOf(PinOwner owner) => _charging switch
    {
        PinCharging.Unlimited => null,
        PinCharging.User => owner.User,
        _ => owner.Process,
    };

    /// <summary>Appends which memory lies in a range of it; parts that are gone are left out.</summary>
    public void Identify(ulong address, ulong length, List<MemoryRun> runs)
    {
        for (ulong done = 0; done < length;)
        {
            HostAddress at = new(address + done);
            if (!_memory.TryIdentify(at, length - done, out MemoryRun run)
                && (_pins.Shared(at.Value) is not { } shared || !shared.TryIdentify(at, length - done, out run)))
            {
                done += SystemPage.Size - ((address + done) & (SystemPage.Size - 1));
                continue;
            }

            runs.Add(run);
            done += run.Length;
        }
    }

    /// <summary>Appends which memory is pinned, each page once however often it is.</summary>
    public void IdentifyPinned(List<MemoryRun> runs)
    {
        foreach (PageRun pages in _pins.Pages)
            Identify(pages.First << SystemPage.Shift, pages.Count << SystemPage.Shift, runs);
    }

    private Errno Charge(ulong pages, ref Reason why)
    {
        Errno errno = FailurePoint.Allocate("charge for pinned pages", ref why);
        if (errno.Failed)
            return errno;
        PinOwner owner = _memory.Owner;
        ulong limit = _charging == PinCharging.LockedUnlimited ? ulong.MaxValue : owner.MemlockLimit >> SystemPage.Shift;
        if (LedgerOf(owner) is { } ledger && !ledger.TryCharge(pages, limit, out ulong total))
            return why.Because(ReasonCode.MemlockLimit, pages, total, limit);
        if (CountsAsPinned)
            owner.Pinned.Charge(pages);
        return Errno.Success;
    }
}
