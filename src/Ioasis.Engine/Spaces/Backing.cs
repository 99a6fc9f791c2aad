using System.Diagnostics;
using System.Numerics;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The client memory of one IOAS_MAP: what Linux calls iopt_pages. Areas that were made by copy share it. It knows which of
/// its pages are pinned (the union of the areas that page tables hold), and whom they are charged to.
/// </summary>
/// <remarks>
/// One cache line; lies in a <see cref="BackingTable"/>. Guarded by the context's lock, except <see cref="Read"/> and <see cref="Write"/>,
/// which a DMA section calls: what they use does not change while an area leads here, and a backing is used again only after the DMA barrier.
/// </remarks>
internal partial struct Backing
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
            if (_pageShift == 0 && !MayBlock)
                LearnPageSize(new PageSizeQuestion(_memory, _start, _length).Ask());
            return 1ul << (_pageShift == 0 ? SystemPage.Shift : _pageShift);
        }
    }

    /// <summary>What is to be asked, without a lock, before <see cref="PageSize"/> tells the truth.</summary>
    /// <returns>False when nothing is.</returns>
    public readonly bool MustAskPageSize(out PageSizeQuestion question)
    {
        bool must = _pageShift == 0 && MayBlock;
        question = must ? new PageSizeQuestion(_memory, _start, _length) : default;
        return must;
    }

    /// <summary>The answer; it may come when another mapping has taken the backing, which is then asked about itself.</summary>
    public void LearnPageSize(in PageSizeQuestion question, ulong size)
    {
        if (ReferenceEquals(_memory, question.Memory) && _start == question.Start && _length == question.Length)
            LearnPageSize(size);
    }

    private void LearnPageSize(ulong size) => _pageShift = (byte)BitOperations.TrailingZeroCount(size);

    /// <summary>Forgets the client; nothing is pinned any more.</summary>
    public unsafe void Close()
    {
        Debug.Assert(_areas == 0 && _pins == 0 && _parts is null);
        _memory.Unmapped();
        _memory = null!;
        _shared = null;
        _direct = null;
    }

    /// <summary>Forgets nothing, as a DMA that was given up may still look at it; and is never opened again.</summary>
    public readonly void CloseForGood() => _memory.Unmapped();

    public void AddArea() => _areas++;

    /// <returns>True when that was the last one.</returns>
    public bool RemoveArea() => --_areas == 0;

    /// <summary>What reaches the pinned page of an address in shared memory; null when its memory does, by address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="length">In: bytes that are asked for. Out: of how many that is true, at least 1.</param>
    private readonly SharedPages? SharedAt(ulong address, ref int length)
    {
        if (Volatile.Read(in _parts) is not { } parts)
            return _shared;
        SharedPages? shared = parts.Find(address >> SystemPage.Shift, out ulong last);
        ulong rest = last >= ulong.MaxValue >> SystemPage.Shift ? ulong.MaxValue : ((last + 1) << SystemPage.Shift) - address;
        length = (int)Math.Min((ulong)length, rest);
        return shared;
    }

    /// <summary>Memory of a device: no access reads or pins it.</summary>
    public readonly bool IsDeviceMemory => _charging == PinCharging.DeviceMemory;

    /// <summary>It is a file, whose charge another process can take over.</summary>
    public readonly bool IsFile => _memory is FileMemory;

    /// <summary>It is a dma-buf whose memory was taken away.</summary>
    public readonly bool IsRevoked => _memory is DmaBufMemory { IsAlive: false };

    /// <summary>It lies in this process, and stays where it is.</summary>
    public readonly unsafe bool IsHere => _direct != null;

    /// <summary>Its owner can have a page come late, or never: it is reached under no lock, and what waits for it can be given up.</summary>
    public readonly unsafe bool MayBlock => _direct == null && _memory.MayBlock;

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

        if (Volatile.Read(in _shared) is null && Volatile.Read(in _parts) is null)
            return _memory.Read(new HostAddress(address), into);
        int done = 0;
        while (done < into.Length)
        {
            HostAddress at = new(address + (ulong)done);
            int part = into.Length - done;
            SharedPages? shared = SharedAt(at.Value, ref part);
            int copied = shared is null ? _memory.Read(at, into.Slice(done, part)) : shared.Read(at, into.Slice(done, part));
            done += copied;
            if (copied < part)
                break;
        }

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

        if (Volatile.Read(in _shared) is null && Volatile.Read(in _parts) is null)
            return _memory.Write(new HostAddress(address), from);
        int done = 0;
        while (done < from.Length)
        {
            HostAddress at = new(address + (ulong)done);
            int part = from.Length - done;
            SharedPages? shared = SharedAt(at.Value, ref part);
            int copied = shared is null ? _memory.Write(at, from.Slice(done, part)) : shared.Write(at, from.Slice(done, part));
            done += copied;
            if (copied < part)
                break;
        }

        return done;
    }

    /// <summary>Appends the memory of a range of it, which is identified when the lock has been left.</summary>
    public readonly void AddParts(ulong address, ulong length, List<MemoryPart> parts)
    {
        while (length != 0)
        {
            int most = (int)Math.Min(length, int.MaxValue & ~(SystemPage.Size - 1)), part = most;
            SharedPages? shared = SharedAt(address, ref part);
            ulong all = part < most || _parts is not null ? (ulong)part : length;
            parts.Add(new MemoryPart(_memory, shared, address, all));
            address += all;
            length -= all;
        }
    }
}
