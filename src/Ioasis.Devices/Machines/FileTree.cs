using System.Text;

namespace Ioasis.Devices.Machines;

/// <summary>The files of sysfs and /dev that a machine shows. Filled once, then read by any thread.</summary>
public sealed class FileTree
{
    private const uint ReadOnly = 0x124; // 0444
    private readonly List<TreeEntry> _entries = [];
    private readonly Dictionary<string, TreeEntry> _byPath = [];
    private readonly HashSet<string> _shared;

    /// <param name="shared">Directories that the client's system has too.</param>
    internal FileTree(IEnumerable<string> shared) => _shared = [.. shared];

    /// <summary>All entries, parents first.</summary>
    public IReadOnlyList<TreeEntry> Entries => _entries;

    /// <summary>The entry at a path, or null. Links on the way are not followed.</summary>
    public TreeEntry? Find(string path) => _byPath.GetValueOrDefault(path);

    internal void AddDirectory(string path)
    {
        if (path.Length == 0 || _byPath.ContainsKey(path))
            return;
        AddDirectory(ParentOf(path));
        AddEntry(new DirectoryEntry(path, !_shared.Contains(path)));
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

    private void Add(TreeEntry entry)
    {
        AddDirectory(ParentOf(entry.Path));
        AddEntry(entry);
    }

    private void AddEntry(TreeEntry entry)
    {
        _byPath.Add(entry.Path, entry);
        _entries.Add(entry);
    }

    private static string ParentOf(string path) => path[..path.LastIndexOf('/')];
}
