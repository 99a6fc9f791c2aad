using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Runner.Files;
using Ioasis.Runner.Folders;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Paths;

/// <summary>
/// The tree as real files in a directory of this run alone (<see cref="RunFolder"/>), so that a client that opens a directory or a text
/// file of it gets a real descriptor on which reading, seeking and listing work by themselves. Device nodes are empty files there. Made
/// when a client first needs one of them, which most programs never do; follows the tree when that changes; removed at the end.
/// </summary>
/// <remarks>
/// Thread-safe: made and changed under <c>_gate</c>, read by anybody. All is reached relative to the directory that is held, and through
/// no link.
/// </remarks>
internal sealed unsafe class MaterialTree : IDisposable
{
    private const uint DirectoryMode = 0x1ed; // 0755

    private readonly PathTree _tree;
    private readonly Action<string> _complain;
    private readonly Lock _gate = new();
    private readonly Dictionary<PathNode, Descriptor> _links = []; // under _gate
    private volatile bool _isMade;
    private bool _hasFailed;
    private RunFolder? _folder;

    /// <param name="tree">What it shows.</param>
    /// <param name="complain">Is told in one line, once, when no directory can be had.</param>
    public MaterialTree(PathTree tree, Action<string> complain)
    {
        _tree = tree;
        _complain = complain;
        tree.Changed = Follow;
    }

    /// <summary>
    /// Where it lies: what the kernel calls a client's current directory or descriptor begins with it. No slash at the end; empty as long
    /// as no client can be in it.
    /// </summary>
    public byte[] RootBytes { get; private set; } = [];

    private ConcurrentDictionary<FileId, PathNode> ById => LazyInitializer.EnsureInitialized(ref field, static () => new())!;

    /// <summary>There are real files; no client can have one of them before.</summary>
    public bool IsMade => _isMade;

    /// <summary>The directory that the paths of stand-ins start from; only once there is one.</summary>
    public int Root => _folder!.Folder.Handle.Number;

    /// <summary>The real file that stands for a node.</summary>
    /// <returns>False when there is no place for one on this system.</returns>
    public bool TryStandOf(PathNode node, [NotNullWhen(true)] out StandIn? stand)
    {
        if (!_isMade)
            Make();
        stand = node.Stand;
        return stand is not null;
    }

    /// <summary>What a stand-in file stands for.</summary>
    public bool TryFind(FileId id, [NotNullWhen(true)] out PathNode? node)
    {
        node = null;
        return _isMade && ById.TryGetValue(id, out node);
    }

    /// <summary>
    /// A descriptor that stands for a link itself (O_PATH and O_NOFOLLOW): of an empty file in memory, as a descriptor that is for a path only
    /// cannot be installed in another process. Null when there is no room for it.
    /// </summary>
    public Descriptor? OpenLink(PathNode link)
    {
        if (!TryStandOf(link, out _))
            return null;
        lock (_gate)
        {
            if (!_links.TryGetValue(link, out Descriptor? mark))
            {
                mark = LibC.memfd_create(link.Path, Linux.MFD_CLOEXEC);
                if (mark.IsInvalid || !Stat.TryGet(mark, out FileId id))
                {
                    mark.Dispose();
                    return null;
                }

                _links.Add(link, mark);
                ById[id] = link;
            }

            return StandInFile.Reopen(mark, Linux.O_RDONLY);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Descriptor mark in _links.Values)
                mark.Dispose();
            _folder?.Dispose();
            _hasFailed = true;
        }
    }

    private void Make()
    {
        PathNode root = _tree.Root; // filled before our lock is taken: a change of the tree takes both, its own first
        lock (_gate)
        {
            if (_isMade || _hasFailed)
                return;
            try
            {
                _folder = RunFolder.Make();
                Add(root, ".");
            }
            catch (IOException failed)
            {
                _hasFailed = true;
                _complain($"directories and attributes of the machine cannot be opened: {failed.Message}");
                return;
            }

            RootBytes = _folder.Folder.Path;
            _isMade = true;
        }
    }

    /// <summary>The tree has got a node, or has lost one, with all below it.</summary>
    private void Follow(PathNode node, bool isThere)
    {
        lock (_gate)
        {
            if (!_isMade)
                return;
            if (!isThere)
            {
                Remove(node);
                return;
            }

            if (node.Stand is not null)
                return; // it was in the tree already when all of it was made

            try
            {
                Add(node, node.Path[1..]);
            }
            catch (IOException failed)
            {
                _complain($"{node} cannot be opened: {failed.Message}");
            }
        }
    }

    private void Add(PathNode node, string path)
    {
        byte[] name = HeldFolder.Text(path);
        fixed (byte* at = name)
        {
            int result = node.Kind switch
            {
                PathKind.Directory => MakeDirectory(at),
                PathKind.Link => MakeLink(node, at),
                _ => MakeFile(node, at),
            };
            if (result != 0 || Stat.Get(Root, at, Linux.AT_SYMLINK_NOFOLLOW, out statx file) != 0)
                throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
            var id = Stat.IdOf(in file);
            node.Stand = new StandIn(name, id);
            ById[id] = node;
        }

        foreach (PathNode child in node.Children)
            Add(child, path == "." ? child.Name : path + "/" + child.Name);
    }

    private void Remove(PathNode node)
    {
        foreach (PathNode child in node.Children)
            Remove(child);
        if (node.Stand is not { } stand)
            return;
        ById.TryRemove(stand.Id, out _);
        fixed (byte* at = stand.Path)
            _ = LibC.unlinkat(Root, at, node.Kind == PathKind.Directory ? Linux.AT_REMOVEDIR : 0);
    }

    private int MakeDirectory(byte* at)
    {
        if (LibC.mkdirat(Root, at, DirectoryMode) != 0)
            return Marshal.GetLastPInvokeError() == Linux.EEXIST ? 0 : -1;
        return LibC.fchmodat(Root, at, DirectoryMode, 0); // whatever our umask is
    }

    private int MakeLink(PathNode node, byte* at)
    {
        fixed (byte* target = HeldFolder.Text(node.Target))
            return LibC.symlinkat(target, Root, at);
    }

    private int MakeFile(PathNode node, byte* at)
    {
        const int Flags = Linux.O_CREAT | Linux.O_EXCL | Linux.O_WRONLY | Linux.O_CLOEXEC;
        using var file = new Descriptor(LibC.openat(Root, at, Flags, 0x180));
        if (file.IsInvalid)
            return -1;
        fixed (byte* from = node.Content.Span)
        {
            if (node.Content.Length != 0 && LibC.write(file, from, (nuint)node.Content.Length) != node.Content.Length)
                return -1;
        }

        return LibC.fchmod(file, node.Mode);
    }
}
