using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Files;

/// <summary>
/// Finds numbers for descriptors of emulated files. A number that was chosen belongs to whoever chose it until <see cref="GiveBack"/>, as
/// installing replaces what is there.
/// </summary>
/// <remarks>
/// A client is asked for few numbers, however many it has open: from the lowest upward in growing steps to one that is free, and from there
/// down by halves to one that follows one in use; and for holes that files left which were closed. So what a client gets is the lowest, but
/// for holes that files of the host leave.
/// Thread-safe: <c>_lock</c> protects the chosen numbers; no client is asked under it.
/// </remarks>
internal sealed unsafe class FreeNumber(uint first)
{
    private const int MostProcesses = 1024, MostHoles = 256;

    // Chosen, and not installed yet: for all clients at once, as there are few and not for long.
    private readonly List<int> _chosen = [];
    private readonly Dictionary<int, Holes> _holes = []; // by process
    private readonly Lock _lock = new();

    /// <summary>Chooses a free number, and keeps it from being chosen again until <see cref="GiveBack"/>.</summary>
    /// <param name="thread">The client's thread, which waits for us to answer.</param>
    /// <param name="least">The lowest number that will do.</param>
    /// <param name="process">The thread's process; 0 when it is not known.</param>
    /// <returns>-1 when there is none below the client's limit.</returns>
    public int Choose(int thread, int least, int process = 0)
    {
        if (!ProcessLimit.TryGet(thread, Linux.RLIMIT_NOFILE, out ProcessLimit limit))
            return -1;
        int end = (int)Math.Min(limit.Soft, int.MaxValue);
        int begin = Math.Max(least, (int)first);
        while (true)
        {
            int hole = HoleOf(thread, process, begin, end), number = Search(thread, begin, end);
            if (hole >= 0 && number >= 0 && number < hole)
                Leave(process, hole); // for the next
            else if (hole >= 0)
                number = hole;
            if (number < 0)
                return -1;
            lock (_lock)
            {
                if (_chosen.Contains(number))
                    continue; // somebody was faster
                _chosen.Add(number);
            }

            // Somebody may have been so much faster as to be done with it.
            if (IsFree(thread, number))
                return number;
            GiveBack(number);
        }
    }

    /// <summary>The number was used, or not: it can be chosen again, where it is free.</summary>
    public void GiveBack(int number)
    {
        if (number < 0)
            return;
        lock (_lock)
            _chosen.Remove(number);
    }

    /// <summary>A file was closed: where it had been, there may be a hole now. One that is not free is forgotten when it is looked at.</summary>
    public void Leave(int process, int number)
    {
        if (process == 0 || number < 0)
            return;
        lock (_lock)
        {
            if (!_holes.TryGetValue(process, out Holes? holes))
            {
                if (_holes.Count >= MostProcesses)
                    _holes.Clear();
                _holes.Add(process, holes = new Holes());
            }

            holes.Add(number);
        }
    }

    private int HoleOf(int thread, int process, int begin, int end)
    {
        while (true)
        {
            int hole;
            lock (_lock)
            {
                if (!_holes.TryGetValue(process, out Holes? holes) || !holes.TryTake(begin, end, out hole))
                    return -1;
            }

            if (IsVacant(thread, hole))
                return hole;
        }
    }

    private int Search(int thread, int begin, int end)
    {
        if (begin >= end)
            return -1;
        if (IsVacant(thread, begin))
            return begin;
        int used = begin, free = -1;
        for (long step = 1; free < 0 && used < end - 1; step *= 2)
        {
            int next = (int)Math.Min(used + step, end - 1);
            if (IsVacant(thread, next))
                free = next;
            else
                used = next;
        }

        if (free < 0)
            return LowestOf(thread, begin, end);
        while (free - used > 1)
        {
            int middle = used + ((free - used) / 2);
            if (IsVacant(thread, middle))
                free = middle;
            else
                used = middle;
        }

        return free;
    }

    /// <summary>The last number below the limit is in use: where there is a hole, its own list tells. Takes time in what this client has open.</summary>
    private int LowestOf(int thread, int begin, int end)
    {
        HashSet<int> used = [];
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{thread}/fd")))
            {
                if (int.TryParse(Path.GetFileName(path.AsSpan()), System.Globalization.CultureInfo.InvariantCulture, out int number))
                    used.Add(number);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return -1;
        }

        for (int number = begin; number < end; number++)
        {
            if (!used.Contains(number) && !IsChosen(number))
                return number;
        }

        return -1;
    }

    private bool IsVacant(int thread, int number) => !IsChosen(number) && IsFree(thread, number);

    private bool IsChosen(int number)
    {
        lock (_lock)
            return _chosen.Contains(number);
    }

    private static bool IsFree(int thread, int number)
    {
        ProcPath path = ProcPath.Descriptor(thread, number);
        return Stat.Get(Linux.AT_FDCWD, path.Text, Linux.AT_SYMLINK_NOFOLLOW, out _) == Linux.ENOENT;
    }

    /// <summary>Numbers of one process that may be free again: the lowest of those that were left, in any order.</summary>
    private sealed class Holes
    {
        private readonly int[] _numbers = new int[MostHoles];
        private int _count;

        public void Add(int number)
        {
            Span<int> known = _numbers.AsSpan(0, _count);
            if (known.Contains(number))
                return;
            if (_count < MostHoles)
            {
                _numbers[_count++] = number;
                return;
            }

            int highest = _numbers.Max();
            if (number < highest)
                known[known.IndexOf(highest)] = number;
        }

        /// <summary>Takes out the lowest from <paramref name="begin"/> to below <paramref name="end"/>.</summary>
        public bool TryTake(int begin, int end, out int number)
        {
            int at = -1;
            for (int n = 0; n < _count; n++)
            {
                int one = _numbers[n];
                if (one >= begin && one < end && (at < 0 || one < _numbers[at]))
                    at = n;
            }

            number = at < 0 ? -1 : _numbers[at];
            if (at >= 0)
                _numbers[at] = _numbers[--_count];
            return at >= 0;
        }
    }
}
