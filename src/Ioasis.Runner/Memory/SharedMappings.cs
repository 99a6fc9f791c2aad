using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>
/// Where clients map the files whose pages are pinned and that cannot be held (<see cref="HeldFiles"/>): found by reading the layouts of
/// memories, which takes milliseconds among many processes. So what is found is remembered, and that nothing is found for a hundred times as
/// long as the search took: a device that goes on with DMA to memory that is mapped nowhere costs one part in a hundred.
/// </summary>
/// <remarks>
/// Thread-safe: <c>_lock</c> protects the table, and the array of each entry while it is replaced; who searches for a file holds the lock of its
/// entry, for which only others that want to search for it wait.
/// </remarks>
/// <param name="search">Gives all memories to look at, those known first; slow.</param>
internal sealed class SharedMappings(Func<IEnumerable<RemoteMemory>> search)
{
    private const int MostFiles = 1024, MostPlaces = 64;
    private const int ShortestSilence = 1000, LongestSilence = 10_000, SilencePerSearch = 100; // milliseconds; of the search's time

    private readonly Lock _lock = new();
    private readonly Dictionary<FileId, Entry> _files = [];
    private long _searches;

    /// <summary>Searches made, for tests.</summary>
    public long Searches => Volatile.Read(ref _searches);

    /// <summary>Finds a client that maps a byte of a file, MAP_SHARED.</summary>
    public RemoteSharedPages.Place? Find(FileId file, ulong offset)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_files.TryGetValue(file, out entry))
            {
                if (_files.Count == MostFiles)
                    _files.Clear();
                _files.Add(file, entry = new Entry());
            }
        }

        if (entry.Find(file, offset) is { } known)
            return known;
        lock (entry)
        {
            if (entry.Find(file, offset) is { } justFound)
                return justFound;
            if (Environment.TickCount64 < entry.SilentUntil)
                return null;
            Interlocked.Increment(ref _searches);
            long begun = Environment.TickCount64;
            entry.Places = [];
            foreach (RemoteMemory memory in search())
            {
                List<RemoteSharedPages.Place> places = [];
                Collect(memory, file, places);
                Add(entry, places);
                if (entry.Find(file, offset) is { } found)
                    return found;
            }

            long now = Environment.TickCount64;
            entry.SilentUntil = now + Math.Clamp((now - begun) * SilencePerSearch, ShortestSilence, LongestSilence);
            return null;
        }
    }

    /// <summary>A client has a mapping of the file: it need not be searched for.</summary>
    public void Saw(RemoteMemory memory, in MappedRange range)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_files.TryGetValue(range.File, out entry))
                return;
        }

        Add(entry, [new RemoteSharedPages.Place(memory, range)]);
    }

    private void Add(Entry entry, List<RemoteSharedPages.Place> places)
    {
        if (places.Count == 0)
            return;
        lock (_lock)
            entry.Places = [.. places.Concat(entry.Places).Take(MostPlaces)];
    }

    private static void Collect(RemoteMemory memory, FileId file, List<RemoteSharedPages.Place> places)
    {
        try
        {
            _ = memory.Map.ForEach(range =>
            {
                if (range.Shared && range.File == file)
                    places.Add(new RemoteSharedPages.Place(memory, range));
                return places.Count < MostPlaces;
            });
        }
        catch (ObjectDisposedException)
        {
            // closed a moment ago, as the memory was found dead
        }
    }

    private sealed class Entry
    {
        private RemoteSharedPages.Place[] _places = [];

        /// <summary>Where the file was found; replaced as a whole.</summary>
        public RemoteSharedPages.Place[] Places
        {
            get => Volatile.Read(ref _places);
            set => Volatile.Write(ref _places, value);
        }

        /// <summary>No search before that, on the clock of <see cref="Environment.TickCount64"/>.</summary>
        public long SilentUntil { get; set; }

        public RemoteSharedPages.Place? Find(FileId file, ulong offset)
        {
            foreach (RemoteSharedPages.Place place in Places)
            {
                if (place.Holds(file, offset))
                    return place;
            }

            return null;
        }
    }
}
