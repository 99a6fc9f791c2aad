using System.Globalization;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// Copies of the eventfds that were made for clients, where no copy can be taken later (<see cref="Reach.CopiesDescriptors"/>). Nothing tells when
/// a client closes its own, so from time to time the clients' descriptors are looked through, and what none of them holds is let go.
/// </summary>
/// <remarks>
/// Thread-safe; <c>_lock</c> protects the table and is never held while /proc is read. An eventfd that is in flight between two clients
/// (SCM_RIGHTS) during two searches is let go too: it works as before, but cannot become an interrupt any more.
/// </remarks>
/// <param name="most">How many copies are kept at most.</param>
internal sealed class ClientEvents(int most) : IDisposable
{
    private const int FewestBetweenSearches = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Kept> _kept = [];
    private int _untilSearch = FewestBetweenSearches;
    private bool _searching;

    /// <summary>How many copies are kept where nothing else is asked for: an eighth of the descriptors that this process may have.</summary>
    public static int Quota => ProcessLimit.TryGet(Environment.ProcessId, Linux.RLIMIT_NOFILE, out ulong limit) ? (int)Math.Clamp(limit / 8, 16, 8192) : 16;

    /// <summary>Copies that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _kept.Count;
        }
    }

    /// <summary>So many have been made since the last search that it is time for another.</summary>
    public bool IsSearchDue => Volatile.Read(ref _untilSearch) <= 0;

    /// <summary>Keeps an eventfd that is about to be given to a client.</summary>
    /// <param name="copy">Ours; belongs to this table from success on.</param>
    /// <param name="id">Its number, for <see cref="Given"/>.</param>
    /// <returns>False when there are too many, or the kernel does not number them.</returns>
    public bool TryKeep(Descriptor copy, out int id)
    {
        if (!EventName.TryRead(Environment.ProcessId, copy.Number, out id))
            return false;
        lock (_lock)
        {
            _untilSearch--;
            return _kept.Count < most && _kept.TryAdd(id, new Kept(copy));
        }
    }

    /// <summary>The client has it, or was killed before it did: from now on a search may let it go.</summary>
    public void Given(int id)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(id, out Kept? kept))
                kept.WasGiven = true;
        }
    }

    /// <summary>Takes a copy of the eventfd behind a client's descriptor.</summary>
    /// <returns>Invalid when it is no eventfd, or none that was made here.</returns>
    public Descriptor CopyOf(int thread, int descriptor)
    {
        if (!EventName.TryRead(thread, descriptor, out int id))
            return new Descriptor(-1);
        lock (_lock)
            return new Descriptor(_kept.TryGetValue(id, out Kept? kept) ? LibC.fcntl(kept.Copy, Linux.F_DUPFD_CLOEXEC, 0) : -1);
    }

    /// <summary>Lets go what no client holds any more. Takes as long as the clients have descriptors.</summary>
    /// <remarks>
    /// It is looked twice: a process that was not there yet when the first look began may have got it from one that closed it before
    /// its turn.
    /// </remarks>
    public void Search()
    {
        int[] given;
        lock (_lock)
        {
            if (_searching)
                return;
            _searching = true;
            given = [.. _kept.Where(one => one.Value.WasGiven).Select(one => one.Key)];
        }

        var gone = new HashSet<int>(given);
        for (int look = 0; look < 2 && gone.Count > 0; look++)
            gone.ExceptWith(OfClients());
        lock (_lock)
        {
            foreach (int id in gone)
            {
                if (_kept.Remove(id, out Kept? kept))
                    kept.Copy.Dispose();
            }

            _untilSearch = Math.Max(FewestBetweenSearches, _kept.Count);
            _searching = false;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Kept kept in _kept.Values)
                kept.Copy.Dispose();
            _kept.Clear();
        }
    }

    /// <summary>The eventfds that processes below this one hold.</summary>
    private static IEnumerable<int> OfClients()
    {
        foreach (int process in Descendants.OfThisProcess())
        {
            foreach (int thread in ThreadsWithFiles(process))
            {
                foreach (int descriptor in Numbers($"/proc/{thread}/fdinfo"))
                {
                    if (EventName.TryRead(thread, descriptor, out int id))
                        yield return id;
                }
            }
        }
    }

    /// <summary>The first thread, whose files are those of all; where it has ended before the others, those others.</summary>
    private static List<int> ThreadsWithFiles(int process) =>
        Numbers($"/proc/{process}/fdinfo").Count > 0 ? [process] : Numbers($"/proc/{process}/task");

    /// <summary>The names of a directory that are numbers; none when it is gone.</summary>
    private static List<int> Numbers(string directory)
    {
        var found = new List<int>();
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(directory))
            {
                if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                    found.Add(number);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
        }

        return found;
    }

    private sealed class Kept(Descriptor copy)
    {
        public readonly Descriptor Copy = copy;
        public bool WasGiven;
    }
}
