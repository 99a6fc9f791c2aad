using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Tests.Fixtures;

/// <summary>A client's memory in an array: pages from <see cref="Base"/> on, some of which can be taken away or made read-only.</summary>
internal sealed class FakeMemory(int pages, FakeOwner? owner = null, bool registered = false) : ClientMemory(owner ?? new FakeOwner())
{
    public const ulong Base = 0x7f00_0000_0000;
    public const ulong Page = 4096;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(pages * (int)Page, pinned: true);
    private readonly HashSet<ulong> _missing = [];
    private readonly HashSet<ulong> _readOnly = [];

    public override bool IsAlive => !Gone;

    /// <summary>The process has ended.</summary>
    public bool Gone { get; set; }

    /// <summary>It is asked under the lock, as memory of this process: for tests that pin without a call around it.</summary>
    public bool IsAnsweredAtOnce { get; init; }

    public override bool MayBlock => !IsAnsweredAtOnce;

    /// <summary>What survives the process, by the same addresses.</summary>
    public SharedPages? Shared { get; set; }

    /// <summary>Pages asked for by Pin, in order.</summary>
    public List<(ulong First, ulong Count)> Pins { get; } = [];

    /// <summary>What its physical pages are, in bytes.</summary>
    public ulong PageSize { get; set; } = Page;

    public override ulong PageSizeAt(HostAddress address) => PageSize;

    public FakeOwner FakeOwner => (FakeOwner)Owner;

    public Span<byte> At(ulong offset, int length) => _bytes.AsSpan((int)offset, length);

    public HostAddress Address(ulong offset = 0) => new(Base + offset);

    public void Remove(ulong page) => _missing.Add(page);

    public void MakeReadOnly(ulong page) => _readOnly.Add(page);

    public override int Read(HostAddress from, Span<byte> into)
    {
        int length = Reachable(from, into.Length, write: false);
        if (length != 0)
            _bytes.AsSpan((int)(from.Value - Base), length).CopyTo(into);
        return length;
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        int length = Reachable(to, from.Length, write: true);
        if (length != 0)
            from[..length].CopyTo(_bytes.AsSpan((int)(to.Value - Base)));
        return length;
    }

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = Shared;
        ulong first = start.Value / Page, last = (start.Value + length - 1) / Page;
        Pins.Add((first, last - first + 1));
        for (ulong page = first; page <= last; page++)
        {
            ulong index = page - Base / Page;
            if (page < Base / Page || index >= (ulong)pages || _missing.Contains(index) || Gone)
                return why.Because(ReasonCode.MemoryNotMapped, page * Page, start.Value, start.Value + length - 1);
            if (writable && _readOnly.Contains(index))
                return why.Because(ReasonCode.MemoryNotWritable, page * Page, start.Value, start.Value + length - 1);
        }

        return Errno.Success;
    }

    public override unsafe bool TryGetPointer(HostAddress start, ulong length, out byte* pointer)
    {
        pointer = null;
        if (!registered)
            return false;
        fixed (byte* bytes = _bytes) // pinned for its whole life
            pointer = bytes + (start.Value - Base);
        return true;
    }

    private int Reachable(HostAddress start, int length, bool write)
    {
        int reachable = 0;
        while (!Gone && reachable < length)
        {
            ulong offset = start.Value + (ulong)reachable - Base;
            ulong page = offset / Page;
            if (page >= (ulong)pages || _missing.Contains(page) || (write && _readOnly.Contains(page)))
                break;
            reachable += (int)Math.Min(Page - offset % Page, (ulong)(length - reachable));
        }

        return reachable;
    }
}
