using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Descriptors;

/// <summary>
/// A file of a client, kept by us for one mapping. While pages of it are pinned it is mapped into this process, which is what makes
/// Linux refuse a write seal, and how DMA reaches it.
/// </summary>
/// <remarks>
/// The mapping is never touched directly: the client may truncate the file, and then nobody is hurt by a copy that the kernel makes
/// (process_vm_readv of this very process).
/// </remarks>
public sealed unsafe class ClientFile : FileMemory
{
    private readonly SafeFileHandle? _file; // null: not a file whose pages can be pinned
    private readonly ulong _page; // what a mapping begins and ends with, in bytes: a huge page, for a file of huge pages
    private readonly NativeFiles.Facts _facts;
    private readonly AddressRange _range; // of the file
    private readonly List<FileMapping> _outgrown = []; // the file was longer when more was pinned; a DMA may use what is there
    private volatile FileMapping? _pinned;

    private ClientFile(PinOwner owner, SafeFileHandle? file, AddressRange range, in NativeFiles.Facts facts)
        : base(owner)
    {
        _file = file;
        _range = range;
        _facts = facts;
        _page = Math.Max(facts.BlockSize, (uint)Environment.SystemPageSize);
    }

    /// <summary>Takes a file over.</summary>
    /// <param name="owner">Who is charged for it.</param>
    /// <param name="file">
    /// The client's descriptor, or a copy of it; stays the caller's. The file is opened anew for reading and writing, as what the
    /// descriptor may do does not matter to Linux.
    /// </param>
    /// <param name="range">The part that will be mapped, in bytes of the file.</param>
    public static ClientFile Take(PinOwner owner, SafeFileHandle file, AddressRange range)
    {
        if (NativeFiles.Statx(file, "", NativeFiles.EmptyPath, NativeFiles.BasicStats, out NativeFiles.Facts facts) != 0
            || NativeFiles.Statfs(file, out NativeFiles.FilesystemFacts filesystem) != 0
            || filesystem.Type is not (NativeFiles.Tmpfs or NativeFiles.Hugetlbfs))
            return OfNoMemory(owner);
        int number = NativeFiles.Open($"/proc/self/fd/{file.DangerousGetHandle()}", NativeFiles.ReadWrite | NativeFiles.CloseOnExec);
        if (number < 0)
            number = NativeFiles.Open($"/proc/self/fd/{file.DangerousGetHandle()}", NativeFiles.CloseOnExec);
        return number < 0 ? OfNoMemory(owner) : new ClientFile(owner, new SafeFileHandle(number, ownsHandle: true), range, in facts);
    }

    /// <summary>A file that can be mapped only as long as nobody wants its pages.</summary>
    public static ClientFile OfNoMemory(PinOwner owner) => new(owner, null, default, default);

    public override bool IsAlive => _file is { IsClosed: false };

    public override int Read(HostAddress from, Span<byte> into)
    {
        fixed (byte* local = into)
            return Copy(from.Value, local, into.Length, write: false);
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        fixed (byte* local = from)
            return Copy(to.Value, local, from.Length, write: true);
    }

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        if (_file is null)
            return why.Because(ReasonCode.FileNotMemory);
        ulong last = start.Value + (length - 1);
        if (NativeFiles.Statx(_file, "", NativeFiles.EmptyPath, NativeFiles.BasicStats, out NativeFiles.Facts now) != 0 || last >= now.Size)
            return why.Because(ReasonCode.FilePastEnd, start.Value, last, now.Size);
        if (_pinned is { } mapped && last <= mapped.Last)
            return Populate(mapped, start.Value, last, ref why);
        // As much as there is of it now: a file of huge pages would grow by being mapped beyond its end.
        if (Map(_range.First, Math.Min(_range.Last, now.Size - 1)) is not { } wider)
            return why.Because(ReasonCode.FileNotShareable, (ulong)Marshal.GetLastPInvokeError());
        if (_pinned is not null)
            _outgrown.Add(_pinned);
        _pinned = wider;
        return Populate(wider, start.Value, last, ref why);
    }

    /// <summary>
    /// Has the system hand out the huge pages of a range, of which there may be too few, by reading a byte of each. Other files take what
    /// memory there is when they are written to.
    /// </summary>
    private Errno Populate(FileMapping mapping, ulong first, ulong last, ref Reason why)
    {
        if (_page <= (ulong)Environment.SystemPageSize)
            return Errno.Success;
        byte unused;
        for (ulong at = first; ; at = (at | (_page - 1)) + 1)
        {
            if (mapping.Copy(at, &unused, 1, write: false) == 0)
                return why.Because(ReasonCode.FileWithoutHugePage, at, _page);
            if ((at | (_page - 1)) >= last)
                return Errno.Success;
        }
    }

    public override void Unpinned()
    {
        foreach (FileMapping mapping in _outgrown)
            mapping.Unmap();
        _outgrown.Clear();
        _pinned?.Unmap();
        _pinned = null;
    }

    public override void Unmapped()
    {
        Unpinned();
        _file?.Dispose();
    }

    public override bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        run = new MemoryRun(null, (ulong)_facts.DeviceMajor << 32 | _facts.DeviceMinor, _facts.Inode, start.Value, start.Value + (length - 1));
        return _file is not null;
    }

    /// <summary>Maps a range of the file, rounded to its pages.</summary>
    /// <returns>Null, with the error number set, when that cannot be.</returns>
    private FileMapping? Map(ulong first, ulong last)
    {
        first &= ~(_page - 1);
        ulong length = (last | (_page - 1)) - first + 1;
        nint at = NativeFiles.Map(
            0, (nuint)length, NativeFiles.ProtectionRead | NativeFiles.ProtectionWrite, NativeFiles.MapShared | NativeFiles.MapNoReserve, _file!, (long)first);
        if (at == NativeFiles.Failed) // sealed against writing
            at = NativeFiles.Map(0, (nuint)length, NativeFiles.ProtectionRead, NativeFiles.MapShared | NativeFiles.MapNoReserve, _file!, (long)first);
        return at == NativeFiles.Failed ? null : new FileMapping(at, first, length);
    }

    /// <summary>Copies from or to the mapping of what is pinned, or to one made for the occasion.</summary>
    private int Copy(ulong offset, byte* local, int length, bool write)
    {
        if (_pinned is { } pinned)
            return pinned.Copy(offset, local, length, write);
        if (_file is null || length == 0
            || NativeFiles.Statx(_file, "", NativeFiles.EmptyPath, NativeFiles.BasicStats, out NativeFiles.Facts now) != 0
            || offset + (ulong)(length - 1) >= now.Size // a file of huge pages would grow by being mapped
            || Map(offset, offset + (ulong)(length - 1)) is not { } brief)
            return 0;
        int done = brief.Copy(offset, local, length, write);
        brief.Unmap();
        return done;
    }
}
