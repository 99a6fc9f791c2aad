using System.Diagnostics;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Memory;

/// <summary>
/// A file in memory of which a client has pages pinned through a shared mapping, mapped into this process too: so its pages stay what they
/// are and where they are, whatever the client unmaps, maps elsewhere or closes, and a write seal is refused as Linux refuses it.
/// </summary>
/// <remarks>
/// Only the kernel touches the mapping (process_vm_readv of this very process), as the client may truncate the file. Thread-safe; counted by
/// <see cref="HeldFiles"/>.
/// </remarks>
internal sealed unsafe class HeldFile
{
    /// <summary>Bytes that one system call copies at most.</summary>
    private const int Chunk = 1 << 20;

    private const int Closed = 1, OneCopy = 2; // of _use

    private readonly nint _address;
    private int _use; // copies under way, and whether none may begin any more
    private int _unmapped;

    private HeldFile(FileId id, nint address, ulong length, bool isWritable)
    {
        Id = id;
        _address = address;
        Length = length;
        IsWritable = isWritable;
    }

    public FileId Id { get; }

    /// <summary>Bytes of the file that are mapped, from its beginning.</summary>
    public ulong Length { get; }

    /// <summary>False when the file may only be read.</summary>
    public bool IsWritable { get; }

    /// <summary>Runs that need it. Under the lock of <see cref="HeldFiles"/>.</summary>
    public int Users { get; set; }

    /// <summary>Maps all that there is of a file now.</summary>
    /// <param name="id">Which file it is.</param>
    /// <param name="file">A descriptor of it; not needed any more afterwards.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="page">Its pages, in bytes.</param>
    /// <returns>Null when it cannot be mapped.</returns>
    public static HeldFile? Map(FileId id, Descriptor file, ulong size, ulong page)
    {
        ulong length = (size + (page - 1)) & ~(page - 1);
        if (length == 0)
            return null;
        const int Flags = Linux.MAP_SHARED | Linux.MAP_NORESERVE;
        bool isWritable = true;
        nint at = LibC.mmap(null, (nuint)length, Linux.PROT_READ | Linux.PROT_WRITE, Flags, file, 0);
        if (at == -1)
        {
            isWritable = false;
            at = LibC.mmap(null, (nuint)length, Linux.PROT_READ, Flags, file, 0);
        }

        return at == -1 ? null : new HeldFile(id, at, length, isWritable);
    }

    /// <summary>Copies from or to the file.</summary>
    /// <returns>Bytes copied, from the start; fewer where the file has none any more.</returns>
    public int Copy(ulong offset, byte* local, int length, bool write)
    {
        if (offset >= Length)
            return 0;
        length = (int)Math.Min((ulong)length, Length - offset);
        if ((Interlocked.Add(ref _use, OneCopy) & Closed) != 0)
            length = 0; // of a DMA that was left behind, stuck in other memory, and is on its way again
        int done = 0;
        while (done < length)
        {
            int part = Math.Min(length - done, Chunk);
            nint copied = TaskMemory.CopyOwn((byte*)_address + offset + (ulong)done, local + done, part, write);
            done += (int)Math.Max(copied, 0);
            if (copied < part)
                break;
        }

        if (Interlocked.Add(ref _use, -OneCopy) == Closed)
            UnmapNow();
        return done;
    }

    /// <summary>Nobody needs it any more. It goes now, or with the last copy that is under way: that address may soon be something else's.</summary>
    public void Unmap()
    {
        Debug.Assert(Users == 0);
        if (Interlocked.Or(ref _use, Closed) == 0)
            UnmapNow();
    }

    private void UnmapNow()
    {
        if (Interlocked.Exchange(ref _unmapped, 1) == 0)
            _ = LibC.munmap(_address, (nuint)Length);
    }
}
