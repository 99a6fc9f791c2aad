using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>
/// A pinned range of which parts lie in shared memory. Those are reached through the file, where it is held; else at the address where they
/// were pinned, if the file is still mapped there, or through whichever client maps it now. Thread-safe.
/// </summary>
/// <param name="memories">What is held, and where else to look.</param>
/// <param name="memory">The memory that was pinned.</param>
/// <param name="runs">All mappings that the range lay in, ascending; each has the file it holds counted for it.</param>
internal sealed unsafe class RemoteSharedPages(RemoteMemories memories, RemoteMemory memory, SharedRun[] runs) : SharedPages
{
    // Where bytes that are not held were found last, when not at their address; replaced as a whole.
    private volatile Place? _place;

    /// <inheritdoc/>
    public override int Read(HostAddress from, Span<byte> into)
    {
        fixed (byte* local = into)
            return Copy(from.Value, local, into.Length, write: false);
    }

    /// <inheritdoc/>
    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        fixed (byte* local = from)
            return Copy(to.Value, local, from.Length, write: true);
    }

    /// <inheritdoc/>
    public override bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        run = default;
        int index = SharedRuns.IndexAt(runs, start.Value);
        if (index == runs.Length || runs[index].First > start.Value || !runs[index].IsShared)
            return false;
        ref readonly SharedRun found = ref runs[index];
        ulong offset = found.OffsetOf(start.Value);
        run = found.File.RunOf(offset, offset + Math.Min(length - 1, found.Last - start.Value));
        return true;
    }

    /// <inheritdoc/>
    public override bool TryJoin(SharedPages? later, ulong first, ulong last, out SharedPages joined)
    {
        joined = this;
        SharedRun[] others = later is RemoteSharedPages { Runs: var known } ? known : [];
        if (!SharedRuns.Agree(runs, others, first, last))
            return false;
        if (SharedRuns.Join(runs, others) is { } all)
        {
            foreach (SharedRun run in all)
            {
                if (run.Held is not null)
                    memories.Held.Share(run.Held);
            }

            joined = new RemoteSharedPages(memories, memory, all);
            Release(); // of the counts only: a DMA that still uses this one reaches the same files
        }

        later?.Release();
        return true;
    }

    /// <inheritdoc/>
    public override void Release()
    {
        foreach (SharedRun run in runs)
        {
            if (run.Held is not null)
                memories.Held.Release(run.Held);
        }
    }

    private SharedRun[] Runs => runs;

    private int Copy(ulong address, byte* local, int length, bool write)
    {
        int done = 0;
        while (done < length)
        {
            ulong at = address + (ulong)done;
            int index = SharedRuns.IndexAt(runs, at);
            int copied, part = length - done;
            if (index < runs.Length && runs[index].First <= at)
            {
                ref readonly SharedRun run = ref runs[index];
                part = (int)Math.Min((ulong)part, run.Last - at + 1);
                copied = run.IsShared ? CopyShared(in run, at, local + done, ref part, write) : CopyAt(memory, at, local + done, part, write);
            }
            else
            {
                if (index < runs.Length)
                    part = (int)Math.Min((ulong)part, runs[index].First - at);
                copied = CopyAt(memory, at, local + done, part, write);
            }

            done += copied;
            if (copied < part)
                break;
        }

        return done;
    }

    private int CopyShared(in SharedRun run, ulong at, byte* local, ref int length, bool write)
    {
        ulong offset = run.OffsetOf(at);
        if (run.Held is { } held && (held.IsWritable || !write))
            return held.Copy(offset, local, length, write);

        RemoteMemory from = memory;
        ulong address = at;
        if (!Place.IsAt(memory, at, run.File, offset, out ulong last))
        {
            Place? place = _place;
            if (place is null || !place.Holds(run.File, offset))
                _place = place = memories.Shared.Find(run.File, offset);
            if (place is null)
                return 0;
            from = place.Memory;
            address = place.Range.Start + (offset - place.Range.FileOffset);
            last = place.Range.End - 1;
        }

        length = (int)Math.Min((ulong)length, last - address + 1);
        return CopyAt(from, address, local, length, write);
    }

    private static int CopyAt(RemoteMemory memory, ulong address, byte* local, int length, bool write) => write
        ? memory.Write(new HostAddress(address), new ReadOnlySpan<byte>(local, length))
        : memory.Read(new HostAddress(address), new Span<byte>(local, length));

    /// <summary>A mapping of the file in a client.</summary>
    internal sealed record Place(RemoteMemory Memory, MappedRange Range)
    {
        /// <summary>The mapping holds that byte of the file, and is still what it was.</summary>
        public bool Holds(FileId file, ulong offset) =>
            Range.File == file && offset >= Range.FileOffset && offset - Range.FileOffset < Range.End - Range.Start
            && IsAt(Memory, Range.Start + (offset - Range.FileOffset), file, offset, out _);

        /// <summary>Whether a byte of a file is mapped at an address now.</summary>
        /// <param name="memory">Where.</param>
        /// <param name="address">The address.</param>
        /// <param name="file">The file.</param>
        /// <param name="offset">Which byte of it.</param>
        /// <param name="last">The last address of that mapping.</param>
        public static bool IsAt(RemoteMemory memory, ulong address, FileId file, ulong offset, out ulong last)
        {
            last = 0;
            try
            {
                if (memory.Map.Find(address, withName: false, out MappedRange now) != 0)
                    return false;
                last = now.End - 1;
                return now.Shared && now.File == file && now.FileOffset + (address - now.Start) == offset;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
