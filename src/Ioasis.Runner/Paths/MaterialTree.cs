using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Paths;

/// <summary>
/// The tree as real files in a private temporary directory, so that a client that opens a directory or a text file of it gets a real
/// descriptor on which reading, seeking and listing work by themselves. Device nodes are empty files there. Made when a client first
/// needs one of them, which most programs never do; removed at the end.
/// </summary>
/// <remarks>Thread-safe: made under the lock, then only read.</remarks>
internal sealed unsafe class MaterialTree(PathTree tree) : IDisposable
{
    private const string Prefix = "ioasis-tree-";

    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Dictionary<FileId, PathNode>? _special; // set before _isMade
    private volatile bool _isMade;
    private string? _root;
    private Descriptor? _held;

    /// <summary>
    /// Where it lies: what the kernel calls a client's current directory or descriptor begins with it. No slash at the end; empty as long
    /// as no client can be in it.
    /// </summary>
    public byte[] RootBytes { get; private set; } = [];

    /// <summary>The real file that stands for a node.</summary>
    public StandIn StandOf(PathNode node)
    {
        if (!_isMade)
            Make();
        return node.Stand!;
    }

    /// <summary>The device node, or the directory with device nodes in it, that a stand-in file stands for.</summary>
    public bool TryFindSpecial(FileId id, [NotNullWhen(true)] out PathNode? node)
    {
        node = null;
        return _isMade && _special!.TryGetValue(id, out node);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_root is not null)
                Remove(_root);
            _held?.Dispose();
        }
    }

    private void Make()
    {
        lock (_gate)
        {
            if (_isMade)
                return;
            string parent = Path.GetTempPath();
            RemoveAbandoned(parent);
            _root = Path.Combine(parent, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
            Directory.CreateDirectory(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _special = [];
            _held = Lock(_root) ?? throw new IOException($"{_root} cannot be locked");
            Make(tree.Root, _root);
            RootBytes = Encoding.UTF8.GetBytes(_root);
            _isMade = true;
        }
    }

    private void Make(PathNode node, string path)
    {
        switch (node.Kind)
        {
            case PathKind.Directory:
                Directory.CreateDirectory(path);
                foreach (PathNode child in node.Children)
                    Make(child, Path.Combine(path, child.Name));
                break;
            case PathKind.Link:
                File.CreateSymbolicLink(path, node.Target);
                break;
            default:
                using (FileStream file = File.Create(path))
                    file.Write(node.Content.Span);
                File.SetUnixFileMode(path, (UnixFileMode)node.Mode);
                break;
        }

        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        fixed (byte* at = name)
        {
            if (Stat.Get(Linux.AT_FDCWD, at, Linux.AT_SYMLINK_NOFOLLOW, out statx result) != 0)
                throw new IOException($"{path} has gone");
            var id = Stat.IdOf(in result);
            node.Stand = new StandIn(name, id);
            if (node.Kind == PathKind.Device || node.Children.Any(child => child.Kind == PathKind.Device))
                _special!.Add(id, node);
        }
    }

    /// <summary>Removes the directories of runners that were killed: nobody holds their lock any more.</summary>
    private static void RemoveAbandoned(string parent)
    {
        foreach (string path in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            bool isNew = Directory.GetCreationTimeUtc(path) > DateTime.UtcNow - s_grace; // perhaps not locked yet
            if (isNew || Lock(path) is not { } abandoned)
                continue;
            Remove(path);
            abandoned.Dispose();
        }
    }

    /// <summary>Holds the directory as its user's own; null when somebody else holds it, or it is not ours to open.</summary>
    private static Descriptor? Lock(string path)
    {
        Descriptor directory = LibC.open(path, Linux.O_RDONLY | Linux.O_CLOEXEC);
        if (!directory.IsInvalid && LibC.flock(directory, Linux.LOCK_EX | Linux.LOCK_NB) == 0)
            return directory;
        directory.Dispose();
        return null;
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or on its way already.
        }
    }
}
