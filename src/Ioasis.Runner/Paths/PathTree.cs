namespace Ioasis.Runner.Paths;

/// <summary>
/// Every path that the machine description defines: all below <c>/dev</c> and <c>/sys</c>. Paths are absolute and normal; parents are
/// added before their children.
/// </summary>
/// <remarks>Thread-safe once it is filled: by one thread, or under the lock by the first that needs it.</remarks>
internal sealed class PathTree
{
    private readonly Func<string, bool> _hostHas;
    private readonly PathNode _root = new(null, "", PathKind.Directory);
    private readonly Lock _filling = new();
    private volatile Action<PathTree>? _fill;

    /// <param name="hostHas">Whether the host has a directory of that path.</param>
    /// <param name="fill">Adds the paths, when somebody first asks for <see cref="Root"/>; null when whoever makes the tree does.</param>
    public PathTree(Func<string, bool> hostHas, Action<PathTree>? fill = null)
    {
        _hostHas = hostHas;
        _fill = fill;
    }

    public PathNode Root
    {
        get
        {
            if (_fill is not null)
                Fill();
            return _root;
        }
    }

    /// <summary>
    /// Whether an absolute path in any form may lead into the tree: it must have one of the two names at its top somewhere. Most paths
    /// have neither, and need no walk.
    /// </summary>
    public static bool MayHold(ReadOnlySpan<byte> path) => path.IndexOf("/dev"u8) >= 0 || path.IndexOf("/sys"u8) >= 0;

    /// <summary>Adds a directory.</summary>
    /// <param name="path">Where.</param>
    /// <param name="isWhole">
    /// It holds what this tree has in it and nothing else: a client must not see the host's PCI devices, IOMMU groups or VFIO nodes beside
    /// the emulated ones. Otherwise the host's files are in it too, if the host has such a directory.
    /// </param>
    public void AddDirectory(string path, bool isWhole)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names[0] is not ("dev" or "sys"))
            throw new ArgumentException($"{path} is neither below /dev nor below /sys", nameof(path));
        PathNode parent = Find(names.AsSpan(..^1));
        parent.Add(new PathNode(parent, names[^1], PathKind.Directory) { IsOwned = isWhole || !_hostHas(path) });
    }

    public void AddText(string path, ReadOnlyMemory<byte> content, uint mode) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Text) { Content = content, Mode = mode });

    public void AddLink(string path, string target) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Link) { Target = target, Mode = 0x1ff });

    public void AddDevice(string path, EmulatedDevice device) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Device) { Device = device, Mode = device.Mode });

    private void Fill()
    {
        lock (_filling)
        {
            _fill?.Invoke(this);
            _fill = null;
        }
    }

    private void Add(string path, Func<PathNode, string, PathNode> make)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        PathNode parent = Find(names.AsSpan(..^1));
        parent.Add(make(parent, names[^1]));
    }

    private PathNode Find(ReadOnlySpan<string> names)
    {
        PathNode at = _root;
        foreach (string name in names)
        {
            if (!at.TryGetChild(name, out at))
                throw new ArgumentException($"{name} comes before the directory that it is in", nameof(names));
        }

        return at;
    }
}
