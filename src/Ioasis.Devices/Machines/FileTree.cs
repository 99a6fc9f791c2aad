using System.Text;

namespace Ioasis.Devices.Machines;

/// <summary>
/// The files of sysfs and /dev that a machine shows now: they come and go with devices and their drivers.
/// </summary>
/// <remarks>
/// Thread-safe. <see cref="_lock"/> protects everything, and is held while those who watch are told, so that all see one order; they
/// take no lock under which somebody changes the tree.
/// </remarks>
public sealed class FileTree
{
    private const uint ReadOnly = 0x124; // 0444
    private readonly Lock _lock = new();
    private readonly List<TreeEntry> _entries = [];
    private readonly Dictionary<string, TreeEntry> _byPath = [];
    private readonly HashSet<string> _shared;
    private Action<TreeEntry>? _added, _removed;

    /// <param name="shared">Directories that the client's system has too.</param>
    internal FileTree(IEnumerable<string> shared) => _shared = [.. shared];

    /// <summary>
    /// What every path of every machine begins with, or is a directory above. Known without a machine: whoever looks for something else need
    /// not have one made.
    /// </summary>
    public static IReadOnlyList<string> Places => MachineTree.Places;

    /// <summary>All entries, parents first.</summary>
    public IReadOnlyList<TreeEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>The entry at a path, or null. Links on the way are not followed.</summary>
    public TreeEntry? Find(string path)
    {
        lock (_lock)
            return _byPath.GetValueOrDefault(path);
    }

    /// <summary>Gives every entry that is there, parents first, and from now on tells of each that comes or goes.</summary>
    /// <param name="added">An entry is there; its directory was told before.</param>
    /// <param name="removed">An entry has gone, with everything below it.</param>
    public IReadOnlyList<TreeEntry> Watch(Action<TreeEntry> added, Action<TreeEntry> removed)
    {
        lock (_lock)
        {
            _added += added;
            _removed += removed;
            return [.. _entries];
        }
    }

    internal void AddDirectory(string path)
    {
        lock (_lock)
        {
            if (path.Length == 0 || _byPath.ContainsKey(path))
                return;
            AddDirectory(ParentOf(path));
            AddEntry(new DirectoryEntry(path, !_shared.Contains(path)));
        }
    }

    internal void AddText(string path, string text) => AddBytes(path, Encoding.ASCII.GetBytes(text));

    internal void AddBytes(string path, byte[] content) => Add(new TextEntry(path, content, ReadOnly));

    internal void AddNode(string path, uint major, uint minor) => Add(new NodeEntry(path, major, minor));

    /// <summary>Adds a link, with the relative target that sysfs would give it.</summary>
    /// <param name="path">Where the link is.</param>
    /// <param name="target">Absolute path that it leads to.</param>
    internal void AddLink(string path, string target)
    {
        // sysfs climbs to the nearest directory that is above both, and never counts the target itself as that directory.
        string from = ParentOf(path);
        string above = ParentOf(target);
        var relative = new StringBuilder();
        while (above != from && !above.StartsWith(from + "/", StringComparison.Ordinal))
        {
            relative.Append("../");
            from = ParentOf(from);
        }
        Add(new LinkEntry(path, relative.Append(target, from.Length + 1, target.Length - from.Length - 1).ToString()));
    }

    internal void Add(TreeEntry entry)
    {
        lock (_lock)
        {
            AddDirectory(ParentOf(entry.Path));
            AddEntry(entry);
        }
    }

    /// <summary>Removes what is at a path, with everything below it; nothing when there is nothing.</summary>
    internal void Remove(string path)
    {
        lock (_lock)
        {
            if (!_byPath.TryGetValue(path, out TreeEntry? entry))
                return;
            string below = path + "/";
            _ = _entries.RemoveAll(one => one == entry || one.Path.StartsWith(below, StringComparison.Ordinal) && _byPath.Remove(one.Path));
            _ = _byPath.Remove(path);
            _removed?.Invoke(entry);
        }
    }

    /// <summary>Removes a directory that has nothing in it any more.</summary>
    internal void RemoveIfEmpty(string path)
    {
        lock (_lock)
        {
            string below = path + "/";
            if (!_entries.Exists(one => one.Path.StartsWith(below, StringComparison.Ordinal)))
                Remove(path);
        }
    }

    private void AddEntry(TreeEntry entry)
    {
        _byPath.Add(entry.Path, entry);
        _entries.Add(entry);
        _added?.Invoke(entry);
    }

    private static string ParentOf(string path) => path[..path.LastIndexOf('/')];
}
