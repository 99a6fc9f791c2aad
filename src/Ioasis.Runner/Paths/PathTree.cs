namespace Ioasis.Runner.Paths;

/// <summary>
/// Every path that the machine description defines: all below <c>/dev</c> and <c>/sys</c>. Paths are absolute and normal; parents are
/// added before their children.
/// </summary>
/// <remarks>
/// Thread-safe once it is filled: by one thread, or under the lock by the first that needs it. What is added and removed after that is done
/// under the same lock; who looks meanwhile sees each directory as before or as after.
/// </remarks>
internal sealed class PathTree
{
    private readonly Func<string, bool> _hostHas;
    private readonly string[]? _places;
    private readonly PathNode _root = new(null, "", PathKind.Directory);
    private readonly Lock _filling = new();
    private volatile Action<PathTree>? _fill;
    private bool _isLive; // under _filling

    /// <param name="hostHas">Whether the host has a directory of that path.</param>
    /// <param name="fill">Adds the paths, when somebody first asks for <see cref="Root"/>; null when whoever makes the tree does.</param>
    /// <param name="places">What every path that is ever added begins with, or is a directory above; null when that is not known.</param>
    public PathTree(Func<string, bool> hostHas, Action<PathTree>? fill = null, string[]? places = null)
    {
        _hostHas = hostHas;
        _fill = fill;
        _places = places;
    }

    /// <summary>Told of each node that was added (true) or removed (false) after the tree was filled. Under the lock.</summary>
    public Action<PathNode, bool> Changed { get; set; } = (_, _) => { };

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

    /// <summary>
    /// Whether the letters of an absolute path tell that it leads to nothing of the tree, though it is below <c>/dev</c> or <c>/sys</c>, as
    /// <c>/dev/null</c> and <c>/sys/devices/system/cpu</c> are, which every other program opens. False once the tree is filled, which is as quick.
    /// </summary>
    public bool IsElsewhere(ReadOnlySpan<byte> path)
    {
        if (_fill is null || _places is null || path.IndexOf("//"u8) >= 0 || path.IndexOf("/."u8) >= 0)
            return false;
        foreach (string place in _places)
        {
            if (BeginsOneWithTheOther(path, place))
                return false;
        }

        return true;
    }

    private static bool BeginsOneWithTheOther(ReadOnlySpan<byte> path, string place)
    {
        for (int i = 0; i < path.Length && i < place.Length; i++)
        {
            if (path[i] != place[i])
                return false;
        }

        return true;
    }

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
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Directory) { IsOwned = isWhole || !_hostHas(path) });
    }

    public void AddText(string path, ReadOnlyMemory<byte> content, uint mode) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Text) { Content = content, Mode = mode });

    public void AddAttribute(string path, EmulatedAttribute attribute) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Text) { Attribute = attribute, Mode = attribute.Entry.Mode });

    public void AddLink(string path, string target) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Link) { Target = target, Mode = 0x1ff });

    public void AddDevice(string path, EmulatedDevice device) =>
        Add(path, (parent, name) => new PathNode(parent, name, PathKind.Device) { Device = device, Mode = device.Mode });

    /// <summary>Finds the device with the numbers of mknod(2) or stat(2): 12 bits of major above the low 8 bits of minor.</summary>
    public PathNode? FindDevice(ulong numbers) => FindDevice(Root, numbers);

    public bool HasDevice(ulong numbers) => FindDevice(numbers) is not null;

    private static PathNode? FindDevice(PathNode at, ulong numbers)
    {
        foreach (PathNode child in at.Children)
        {
            if (child.Device is { } device && Syscalls.StatLayout.DeviceNumber(device.Major, device.Minor) == numbers)
                return child;
            if (child.Kind == PathKind.Directory && !child.IsSysfs && FindDevice(child, numbers) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>Changes a tree that others look at: <paramref name="change"/> adds and removes; nothing else does so meanwhile.</summary>
    public void Change(Action<PathTree> change)
    {
        lock (_filling)
        {
            if (_fill is not null)
                Fill();
            _isLive = true;
            change(this);
        }
    }

    /// <summary>Removes a node with all below it; one that is not there stays so. Within <see cref="Change"/>.</summary>
    public void Remove(string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!TryFind(names, out PathNode node))
            return;
        node.Parent.Remove(node);
        Changed(node, false);
    }

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
        if (_places is not null && !Array.Exists(_places, place => place.StartsWith(path, StringComparison.Ordinal) || path.StartsWith(place, StringComparison.Ordinal)))
            throw new ArgumentException($"{path} is in none of the places of this tree", nameof(path));
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        PathNode parent = Find(names.AsSpan(..^1));
        PathNode node = make(parent, names[^1]);
        if (!_isLive)
        {
            parent.Add(node);
            return;
        }

        if (parent.TryGetChild(node.Name, out PathNode replaced))
            Changed(replaced, false);
        parent.Put(node);
        Changed(node, true);
    }

    private PathNode Find(ReadOnlySpan<string> names) =>
        TryFind(names, out PathNode node) ? node : throw new ArgumentException($"/{string.Join('/', names!)} is not there yet", nameof(names));

    private bool TryFind(ReadOnlySpan<string> names, out PathNode node)
    {
        node = _root;
        foreach (string name in names)
        {
            if (!node.TryGetChild(name, out node))
                return false;
        }

        return true;
    }
}
