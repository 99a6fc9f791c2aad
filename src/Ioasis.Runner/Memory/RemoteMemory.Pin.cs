using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Memory;

/// <summary>Which memory a device may use: as Linux pins it for the long term (mm/gup.c), seen from outside.</summary>
internal sealed unsafe partial class RemoteMemory
{
    /// <inheritdoc/>
    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        ulong page = (ulong)Environment.SystemPageSize;
        ulong first = start.Value & ~(page - 1);
        ulong last = (start.Value + (length - 1)) | (page - 1);
        if (!TryHold(_memory))
            return why.Because(ReasonCode.MemoryGone, first, last);
        List<SharedRun>? runs = null; // null while all is private
        Errno errno = Errno.Success;
        try
        {
            errno = PinRanges(first, last, page, writable, ref runs, ref why);
        }
        catch (ObjectDisposedException)
        {
            errno = why.Because(ReasonCode.MemoryGone, first, last);
        }
        finally
        {
            _memory.DangerousRelease();
        }

        if (runs is not null)
        {
            shared = new RemoteSharedPages(_all, this, [.. runs]);
            if (errno.Failed)
            {
                shared.Release();
                shared = null;
            }
        }

        return errno;
    }

    private Errno PinRanges(ulong first, ulong last, ulong page, bool writable, ref List<SharedRun>? runs, ref Reason why)
    {
        ulong at = first;
        while (true)
        {
            int error = _map.Find(at, withName: true, out MappedRange range);
            if (error != 0)
            {
                return error switch
                {
                    Linux.ENOENT => why.Because(IsAlive ? ReasonCode.MemoryNotMapped : ReasonCode.MemoryGone, IsAlive ? at : first, IsAlive ? first : last, last),
                    Linux.ESRCH => why.Because(ReasonCode.MemoryGone, first, last),
                    _ => why.Because(ReasonCode.MemoryUnreadable, name: $"error {error} from /proc/{Process.Id}/maps"),
                };
            }

            ulong lastHere = Math.Min(last, range.End - 1);
            if (writable && !range.Writable)
                return why.Because(ReasonCode.MemoryNotWritable, at, first, last);
            if (!writable && !range.Readable)
                return why.Because(ReasonCode.MemoryNotReadable, at, first, last);
            if (_all.IsEmulated(range.File))
                return why.Because(ReasonCode.MemoryOfDevice, at, first, last);
            if (range.PageSize > page && !CanBeHad(in range, at, lastHere))
                return why.Because(ReasonCode.NoHugePage, at, first, last, range.PageSize);
            if (!IsOrdinary(in range, at, lastHere, writable))
                return why.Because(ReasonCode.MemoryNotPinnable, at, first, last);
            if (range.Shared && range.File.Inode != 0)
                (runs ??= []).Add(Remember(in range, lastHere));
            else if (runs is not null)
                runs.Add(new SharedRun(range.Start, range.End - 1, default, 0, null));
            if (lastHere == last)
                return Errno.Success;
            at = range.End;
        }
    }

    /// <summary>What will reach the file of a shared mapping, and holds it if that can be.</summary>
    private SharedRun Remember(in MappedRange range, ulong last)
    {
        ulong lastOffset = range.FileOffset + (last - range.Start);
        HeldFile? held = _all.Filesystems.KeepsPagesInMemory(range.File) ? _all.Held.Hold(Process.Id, in range, lastOffset) : null;
        if (held is null)
            _all.Shared.Saw(this, in range);
        return new SharedRun(range.Start, range.End - 1, range.File, range.FileOffset, held);
    }

    /// <summary>
    /// Whether there is a huge page for each that a range needs. They are handed out when they are first touched, and there are only so many,
    /// so each is touched, by reading a byte: what is there stays what it is.
    /// </summary>
    private bool CanBeHad(in MappedRange range, ulong first, ulong last)
    {
        for (ulong at = first; ; at = (at | (range.PageSize - 1)) + 1)
        {
            if (!CanBeReached(at))
                return false;
            if ((at | (range.PageSize - 1)) >= last)
                return true;
        }
    }

    /// <summary>Memory with pages of its own: not a device's, not the kernel's, and not of a file that is written back behind its back.</summary>
    private bool IsOrdinary(in MappedRange range, ulong first, ulong last, bool writable)
    {
        if (range.Name == MappedName.Kernel)
            return false;
        if (range.Name == MappedName.Device && !CanBeReached(first))
            return false;
        if (range.File.Inode == 0)
            return true;
        if (writable && range.Shared && !_all.Filesystems.KeepsPagesInMemory(range.File))
            return false;
        return CanBeReached(last); // past the end of a truncated file there is nothing
    }

    /// <summary>
    /// Whether the kernel finds a page there, by copying one byte through process_vm_readv, which refuses device memory (or, where that
    /// call is forbidden, through its file). True when the process cannot be asked that way at the moment.
    /// </summary>
    private bool CanBeReached(ulong address)
    {
        byte unused;
        if (!Reach.CopiesMemory)
            return LibC.pread(_memory, &unused, 1, address) == 1;
        if (!_fastPath.TryEnter())
            return true;
        bool reached = !Process.IsRunning || CopyFast(address, &unused, 1, write: false) != 0;
        _fastPath.Leave();
        return reached;
    }
}
