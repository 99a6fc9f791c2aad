using System.Diagnostics;
using System.Numerics;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The client memory of one IOAS_MAP: what Linux calls iopt_pages. Areas that were made by copy share it. It knows which of
/// its pages are pinned (the union of the areas that page tables hold), and whom they are charged to.
/// </summary>
/// <remarks>
/// One cache line; lies in a <see cref="BackingTable"/>. Guarded by the context's lock, except <see cref="Read"/> and <see cref="Write"/>,
/// which a DMA section calls: what they use does not change while an area leads here, and a backing is used again only after the DMA barrier.
/// </remarks>
internal struct Backing
{
    private ClientMemory _memory;
    private unsafe byte* _direct; // the byte at _start, when the memory is registered in this process
    private ulong _start;
    private ulong _length;
    private SharedPages? _shared; // of the whole
    private PinCoverage? _parts; // null while all pages are pinned alike: _pins times
    private int _pins;
    private int _areas;
    private PinCharging _charging;
    private byte _pageShift; // 0: not asked yet

    /// <summary>The next one in a list of the table.</summary>
    public BackingId Next;

    /// <summary>A device may write.</summary>
    public bool Writable { get; private set; }

    /// <summary>Whether it is memory of this client.</summary>
    public readonly bool IsOf(ClientMemory memory) => ReferenceEquals(_memory, memory);

    public unsafe void Open(ClientMemory memory, HostAddress start, ulong length, bool writable, PinCharging charging)
    {
        Debug.Assert(_areas == 0 && _pins == 0 && _parts is null);
        _memory = memory;
        _start = start.Value;
        _charging = charging;
        Writable = writable;
        _pageShift = 0;
        _length = length;
        if (!memory.TryGetPointer(start, length, out _direct))
            _direct = null;
    }

    /// <summary>The pages that its memory is made of, in bytes; a system page when it is made of several kinds.</summary>
    public ulong PageSize
    {
        get
        {
            if (_pageShift == 0)
            {
                ulong first = _memory.PageSizeAt(new HostAddress(_start));
                bool alike = first == _memory.PageSizeAt(new HostAddress(_start + (_length - 1)));
                _pageShift = (byte)(alike ? BitOperations.TrailingZeroCount(first) : SystemPage.Shift);
            }

            return 1ul << _pageShift;
        }
    }

    /// <summary>Forgets the client; nothing is pinned any more.</summary>
    public unsafe void Close()
    {
        Debug.Assert(_areas == 0 && _pins == 0 && _parts is null);
        _memory.Unmapped();
        _memory = null!;
        _shared = null;
        _direct = null;
    }

    public void AddArea() => _areas++;

    /// <returns>True when that was the last one.</returns>
    public bool RemoveArea() => --_areas == 0;

    /// <summary>Pins the pages of an area once more; those that were not pinned are probed and charged.</summary>
    /// <param name="address">First byte, within the backing.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="nodes">Where runs of pages are kept when not all are pinned alike; made when it is first needed.</param>
    /// <param name="why">The reason of a failure (nothing is pinned then): EFAULT, ENOMEM.</param>
    public Errno Pin(ulong address, ulong length, ref NodePool<PinnedRun>? nodes, ref Reason why)
    {
        PageRun pages = PageRun.Of(address, length);
        if (_parts is null && pages == Whole)
        {
            if (_pins == 0)
            {
                Errno errno = Acquire(pages, out SharedPages? shared, ref why);
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

        return PinPart(pages, nodes ??= new NodePool<PinnedRun>(), ref why);
    }

    /// <summary>Takes one pin of an area's pages back; pages without a pin are discharged.</summary>
    public void Unpin(ulong address, ulong length)
    {
        if (_parts is null)
        {
            if (--_pins != 0)
                return;
            Discharge(Whole.Count);
            _shared = null;
        }
        else
        {
            Discharge(_parts.Remove(PageRun.Of(address, length)));
            if (!_parts.IsEmpty)
                return;
            _parts = null;
        }

        _memory.Unpinned();
    }

    private readonly PageRun Whole => PageRun.Of(_start, _length);

    private Errno PinPart(PageRun pages, NodePool<PinnedRun> nodes, ref Reason why)
    {
        PinCoverage? parts = _parts;
        if (parts is null)
        {
            parts = new PinCoverage(nodes, Whole, _pins, _shared);
            _pins = 0;
            Volatile.Write(ref _parts, parts);
        }

        Errno errno = parts.Add(pages, ref this, ref why);
        if (parts.IsEmpty)
        {
            _parts = null;
            _memory.Unpinned();
        }

        return errno;
    }

    /// <summary>What reaches the pinned page of an address when its client is gone; null when nothing does.</summary>
    private readonly SharedPages? SharedAt(ulong address) =>
        Volatile.Read(in _parts) is { } parts ? parts.Find(address >> SystemPage.Shift) : _shared;

    /// <summary>Memory of a device: no access reads or pins it.</summary>
    public readonly bool IsDeviceMemory => _charging == PinCharging.DeviceMemory;

    /// <summary>It is a file, whose charge another process can take over.</summary>
    public readonly bool IsFile => _memory is FileMemory;

    /// <summary>It is a dma-buf whose memory was taken away.</summary>
    public readonly bool IsRevoked => _memory is DmaBufMemory { IsAlive: false };

    /// <summary>Pages that another process would be charged for.</summary>
    /// <param name="owner">The other process.</param>
    /// <param name="charging">How they are charged.</param>
    public ulong PagesToMove(PinOwner owner, out PinCharging charging)
    {
        charging = _charging;
        if (_memory.Owner == owner)
            return 0;
        if (_parts is null)
            return _pins == 0 ? 0 : Whole.Count;
        ulong pages = 0;
        foreach (PageRun run in _parts.Pages)
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
        return Charge(run.Count, ref why);
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

    /// <summary>It lies in this process, and stays where it is.</summary>
    public readonly unsafe bool IsHere => _direct != null;

    /// <summary>Bytes of it that lie in this process. Inside a DMA section.</summary>
    public readonly unsafe bool TryGetBytes(ulong address, int length, out Span<byte> bytes)
    {
        bytes = _direct == null ? default : new Span<byte>(_direct + (address - _start), length);
        return _direct != null;
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
        if (done < into.Length && SharedAt(address + (ulong)done) is { } shared)
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
        if (done < from.Length && SharedAt(address + (ulong)done) is { } shared)
            done += shared.Write(new HostAddress(address + (ulong)done), from[done..]);
        return done;
    }

    /// <summary>A legacy container locks pages, in the words of /proc; everybody else pins them.</summary>
    private readonly bool CountsAsPinned => _charging < PinCharging.Locked;

    private readonly PinLedger? LedgerOf(PinOwner owner) => _charging switch
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
                && (SharedAt(at.Value) is not { } shared || !shared.TryIdentify(at, length - done, out run)))
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
        if (_parts is null)
        {
            if (_pins != 0)
                Identify(Whole.First << SystemPage.Shift, Whole.Count << SystemPage.Shift, runs);
            return;
        }

        foreach (PageRun pages in _parts.Pages)
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
