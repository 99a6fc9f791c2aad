using Ioasis.Runner.Files;

namespace Ioasis.Runner.Paths;

/// <summary>What a path of the machine description leads to.</summary>
internal enum PathKind
{
    Directory,
    Text,
    Link,
    Device,

    /// <summary>A file that no path leads to: an ioctl made it.</summary>
    Nameless,
}

/// <summary>
/// One file or directory that clients see and the host does not have. Immutable but for what is in a directory, which
/// <see cref="PathTree"/> changes, and for <see cref="Stand"/>, which <see cref="MaterialTree"/> sets when a client first needs a real file.
/// </summary>
/// <remarks>Any thread may look into a directory while it changes: it sees it as before, or as after.</remarks>
internal sealed class PathNode
{
    private volatile Entries? _children; // of a directory

    public PathNode(PathNode? parent, string name, PathKind kind)
    {
        Parent = parent ?? this;
        Name = name;
        Kind = kind;
        Path = parent is null ? "/" : parent.Path == "/" ? "/" + name : parent.Path + "/" + name;
        _children = kind == PathKind.Directory ? new Entries([]) : null;
    }

    private PathNode(string name, uint mode)
    {
        Mode = mode;
        Parent = this;
        Name = name;
        Path = name;
        Kind = PathKind.Nameless;
    }

    public string Name { get; }

    /// <summary>Absolute and normal; of a nameless file what /proc/PID/fd shows instead.</summary>
    public string Path { get; }

    public PathKind Kind { get; }

    /// <summary>The directory that it is in; the root's is itself.</summary>
    public PathNode Parent { get; }

    /// <summary>
    /// Of a directory: it is ours alone, and what we do not have in it does not exist. Otherwise the host has it too: what we do not
    /// have in it is the host's, and so is its listing.
    /// </summary>
    public bool IsOwned { get; init; }

    /// <summary>Permission bits; of a nameless file its kind as well.</summary>
    public uint Mode { get; init; } = 0x1ed; // 0755

    /// <summary>Where a link leads.</summary>
    public string Target { get; init; } = "";

    /// <summary>What a text file holds.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>What a text file does that is made when it is read; null for one with fixed content.</summary>
    public EmulatedAttribute? Attribute { get; init; }

    /// <summary>The device behind a device node; null otherwise.</summary>
    public EmulatedDevice? Device { get; init; }

    /// <summary>The real file that stands for it on the host, once there is one: ask <see cref="MaterialTree.TryStandOf"/>.</summary>
    public StandIn? Stand { get; set; }

    /// <summary>A file without a path.</summary>
    /// <param name="name">What /proc/PID/fd shows: anon_inode:[NAME], or where else it came from.</param>
    /// <param name="mode">What stat(2) shows; Linux's anonymous inodes have no kind.</param>
    public static PathNode Nameless(string name, uint mode = 0x180) => new(name, mode);

    public IReadOnlyCollection<PathNode> Children => _children is { } entries ? entries.ByName.Values : [];

    /// <summary>
    /// A descriptor of its stand-in must be recognised by its number, as calls on it need an answer of ours: of a device node, of a
    /// link itself, and of a directory that can have device nodes in it.
    /// </summary>
    public bool IsSpecial => Kind is PathKind.Device or PathKind.Link || (Kind == PathKind.Directory && Path.StartsWith("/dev", StringComparison.Ordinal));

    /// <summary>Of a directory that the host has too: there is something in it that the host lacks, or that hides the host's.</summary>
    public bool HasOwn => Children.Any(child => child.IsInList);

    /// <summary>A listing of its directory shows it as ours; the host shows a directory that both have.</summary>
    public bool IsInList => Kind != PathKind.Directory || IsOwned;

    /// <summary>It is below /sys, not below /dev.</summary>
    public bool IsSysfs => Path.StartsWith("/sys", StringComparison.Ordinal);

    public bool TryGetChild(ReadOnlySpan<char> name, out PathNode child)
    {
        child = null!;
        return _children is { } entries && entries.Lookup.TryGetValue(name, out child!);
    }

    /// <summary>Adds an entry while nobody else looks.</summary>
    public void Add(PathNode child) => _children!.ByName.Add(child.Name, child);

    /// <summary>Adds an entry, or replaces one, while others look. One at a time.</summary>
    public void Put(PathNode child) =>
        _children = new Entries(new Dictionary<string, PathNode>(_children!.ByName, StringComparer.Ordinal) { [child.Name] = child });

    /// <summary>Takes an entry out while others look. One at a time.</summary>
    public void Remove(PathNode child)
    {
        var left = new Dictionary<string, PathNode>(_children!.ByName, StringComparer.Ordinal);
        left.Remove(child.Name);
        _children = new Entries(left);
    }

    public override string ToString() => Path;

    private sealed class Entries
    {
        public readonly Dictionary<string, PathNode> ByName;
        public readonly Dictionary<string, PathNode>.AlternateLookup<ReadOnlySpan<char>> Lookup;

        public Entries(Dictionary<string, PathNode> byName)
        {
            ByName = byName;
            Lookup = byName.GetAlternateLookup<ReadOnlySpan<char>>();
        }
    }
}

/// <summary>The real file that stands for a node on the host.</summary>
/// <param name="Path">Its path relative to <see cref="MaterialTree.Root"/>, UTF-8 with a zero byte at the end.</param>
/// <param name="Id">Which file it is.</param>
internal sealed record StandIn(byte[] Path, FileId Id);
