namespace Ioasis.Runner.Paths;

/// <summary>
/// Every path that the machine description defines. Paths are absolute and normal; parents are added before their children.
/// Built by one thread, then read by many.
/// </summary>
internal sealed class PathTree
{
    private readonly Func<string, bool> _hostHas;

    /// <param name="hostHas">Whether the host has a directory of that path.</param>
    public PathTree(Func<string, bool> hostHas)
    {
        _hostHas = hostHas;
        Root = new PathNode(null, "", PathKind.Directory);
    }

    public PathNode Root { get; }

    /// <summary>Adds a directory.</summary>
    /// <param name="path">Where.</param>
    /// <param name="isWhole">
    /// It holds what this tree has in it and nothing else: a client must not see the host's PCI devices, IOMMU groups or VFIO nodes beside
    /// the emulated ones. Otherwise the host's files are in it too, if the host has such a directory.
    /// </param>
    public void AddDirectory(string path, bool isWhole)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        PathNode parent = Find(names.AsSpan(..^1));
        parent.Add(new PathNode(parent, names[^1], PathKind.Directory) { IsOwned = isWhole || !_hostHas(path) });
    }

    public void AddText(string path, ReadOnlyMemory<byte> content, uint mode) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Text) { Content = content, Mode = mode });

    public void AddLink(string path, string target) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Link) { Target = target, Mode = 0x1ff });

    public void AddDevice(string path, EmulatedDevice device) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Device) { Device = device, Mode = device.Mode });

    private void Add(string path, Func<PathNode, string, PathNode> make)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        PathNode parent = Find(names.AsSpan(..^1));
        parent.Add(make(parent, names[^1]));
    }

    private PathNode Find(ReadOnlySpan<string> names)
    {
        PathNode at = Root;
        foreach (string name in names)
        {
            if (!at.TryGetChild(name, out at))
                throw new ArgumentException($"{name} comes before the directory that it is in", nameof(names));
        }

        return at;
    }
}
