using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>A mapping (VMA) that a pinned range lay in, as it was then; whole, so that ranges that lie in the same one say the same.</summary>
/// <param name="First">Address of the first byte, in the memory that was pinned.</param>
/// <param name="Last">Address of the last byte.</param>
/// <param name="File">The file that was mapped, MAP_SHARED; inode 0 for private memory.</param>
/// <param name="Offset">Where in the file <paramref name="First"/> lies, in bytes.</param>
/// <param name="Held">The file, when it is held.</param>
internal readonly record struct SharedRun(ulong First, ulong Last, FileId File, ulong Offset, HeldFile? Held)
{
    public bool IsShared => File.Inode != 0;

    /// <summary>Where in the file an address lies.</summary>
    public ulong OffsetOf(ulong address) => Offset + (address - First);

    /// <summary>Whether another one says the same of an address that lies in both.</summary>
    public bool SaysTheSame(in SharedRun other, ulong address) =>
        File == other.File && (!IsShared || OffsetOf(address) == other.OffsetOf(address));
}

/// <summary>Runs of one memory, in ascending order, none meeting another.</summary>
internal static class SharedRuns
{
    /// <summary>The first run that does not end before an address; the length when there is none.</summary>
    public static int IndexAt(ReadOnlySpan<SharedRun> runs, ulong address)
    {
        int from = 0, to = runs.Length;
        while (from < to)
        {
            int middle = (from + to) / 2;
            if (runs[middle].Last < address)
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }

    /// <summary>
    /// Whether two say the same of a range, which was pinned later. Of what the earlier one does not know it says nothing; what the later one
    /// does not know was private then.
    /// </summary>
    public static bool Agree(ReadOnlySpan<SharedRun> earlier, ReadOnlySpan<SharedRun> later, ulong first, ulong last)
    {
        for (int i = IndexAt(earlier, first); i < earlier.Length && earlier[i].First <= last; i++)
        {
            SharedRun run = earlier[i];
            ulong end = Math.Min(run.Last, last);
            for (ulong at = Math.Max(run.First, first); ;)
            {
                int index = IndexAt(later, at);
                bool isKnown = index < later.Length && later[index].First <= at;
                if (isKnown ? !run.SaysTheSame(in later[index], at) : run.IsShared)
                    return false;
                ulong until = isKnown ? later[index].Last : index < later.Length ? later[index].First - 1 : ulong.MaxValue;
                if (until >= end)
                    break;
                at = until + 1;
            }
        }

        return true;
    }

    /// <summary>The earlier runs, and what later ones know beside them.</summary>
    /// <returns>Null when that is nothing.</returns>
    public static SharedRun[]? Join(SharedRun[] earlier, SharedRun[] later)
    {
        List<SharedRun>? added = null;
        foreach (SharedRun run in later)
        {
            for (ulong at = run.First; ;)
            {
                int index = IndexAt(earlier, at);
                bool isKnown = index < earlier.Length && earlier[index].First <= at;
                ulong until = isKnown ? earlier[index].Last : index < earlier.Length ? earlier[index].First - 1 : ulong.MaxValue;
                until = Math.Min(until, run.Last);
                if (!isKnown)
                    (added ??= []).Add(run with { First = at, Last = until, Offset = run.IsShared ? run.OffsetOf(at) : 0 });
                if (until == run.Last)
                    break;
                at = until + 1;
            }
        }

        return added is null ? null : [.. earlier.Concat(added).OrderBy(run => run.First)];
    }
}
