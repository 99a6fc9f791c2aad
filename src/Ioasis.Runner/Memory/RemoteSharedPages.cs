using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>A part of a pinned range that lies in one shared mapping.</summary>
/// <param name="First">Address of the first byte, in the memory that was pinned.</param>
/// <param name="Last">Address of the last byte.</param>
/// <param name="File">The file that is mapped.</param>
/// <param name="Offset">Where in the file <paramref name="First"/> lies, in bytes.</param>
internal readonly record struct SharedRun(ulong First, ulong Last, FileId File, ulong Offset);

/// <summary>
/// Shared memory that was pinned, reached through whichever client maps it now. The last one that did is remembered, and asked
/// before each copy whether it still does. Thread-safe.
/// </summary>
internal sealed class RemoteSharedPages(RemoteMemories memories, List<SharedRun> runs) : SharedPages
{
    private readonly SharedRun[] _runs = [.. runs];

    // Where the bytes were found last; replaced as a whole.
    private volatile Place? _place;

    /// <inheritdoc/>
    public override unsafe int Read(HostAddress from, Span<byte> into)
    {
        int done = 0;
        while (done < into.Length && Find(from.Value + (ulong)done, into.Length - done, out Place place, out ulong address, out int length))
        {
            int copied = place.Memory.Read(new HostAddress(address), into.Slice(done, length));
            done += copied;
            if (copied < length)
                break;
        }

        return done;
    }

    /// <inheritdoc/>
    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        int done = 0;
        while (done < from.Length && Find(to.Value + (ulong)done, from.Length - done, out Place place, out ulong address, out int length))
        {
            int copied = place.Memory.Write(new HostAddress(address), from.Slice(done, length));
            done += copied;
            if (copied < length)
                break;
        }

        return done;
    }

    /// <inheritdoc/>
    public override bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        int index = Array.FindIndex(_runs, one => start.Value >= one.First && start.Value <= one.Last);
        run = default;
        if (index < 0)
            return false;
        SharedRun found = _runs[index];
        ulong offset = found.Offset + (start.Value - found.First);
        run = found.File.RunOf(offset, offset + Math.Min(length - 1, found.Last - start.Value));
        return true;
    }

    /// <summary>Finds where a byte of the pinned range can be reached now, and how many after it.</summary>
    private bool Find(ulong pinned, int most, out Place place, out ulong address, out int length)
    {
        place = null!;
        address = 0;
        length = 0;
        int index = Array.FindIndex(_runs, run => pinned >= run.First && pinned <= run.Last);
        if (index < 0)
            return false;
        SharedRun run = _runs[index];
        ulong offset = run.Offset + (pinned - run.First);
        Place? found = _place;
        if (found is null || !found.Holds(run.File, offset))
        {
            found = memories.FindShared(run.File, offset);
            _place = found;
            if (found is null)
                return false;
        }

        place = found;
        address = found.Range.Start + (offset - found.Range.FileOffset);
        length = (int)Math.Min((ulong)most, Math.Min(run.Last - pinned + 1, found.Range.End - address));
        return true;
    }

    /// <summary>A mapping of the file in a client.</summary>
    internal sealed record Place(RemoteMemory Memory, MappedRange Range)
    {
        /// <summary>The mapping holds that byte of the file, and is still what it was.</summary>
        public bool Holds(FileId file, ulong offset)
        {
            if (Range.File != file || offset < Range.FileOffset || offset - Range.FileOffset >= Range.End - Range.Start)
                return false;
            try
            {
                return Memory.IsAlive && Memory.Map.Find(Range.Start, withName: false, out MappedRange now) == 0
                    && now.Start == Range.Start && now.End == Range.End && now.File == Range.File && now.FileOffset == Range.FileOffset
                    && now.Shared;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
