using System.Runtime.InteropServices;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Reads a path argument of a client and finds what it means there: relative to its current directory or to a descriptor, which may
/// be a directory of ours; or as the name of one of its descriptors in /proc. One a service thread, for its buffers.
/// </summary>
internal sealed unsafe class ClientPaths
{
    private const int LongestPath = 4096;

    private readonly Emulation _emulation;
    private readonly byte* _path = (byte*)NativeMemory.Alloc(LongestPath);
    private readonly byte* _full = (byte*)NativeMemory.Alloc(2 * LongestPath);
    private readonly byte* _chain = (byte*)NativeMemory.Alloc(LongestPath);
    private readonly byte* _target = (byte*)NativeMemory.Alloc(LongestPath);
    private readonly HostWalk _walk = new();
    private byte* _absolute;
    private int _absoluteLength;

    public ClientPaths(Emulation emulation) => _emulation = emulation;

    ~ClientPaths()
    {
        NativeMemory.Free(_path);
        NativeMemory.Free(_full);
        NativeMemory.Free(_chain);
        NativeMemory.Free(_target);
    }

    /// <summary>Of a detour (<see cref="Place.IsDetour"/>): where it leads, for this process. Zero at the end; until the next path.</summary>
    public byte* HostPath { get; private set; }

    /// <summary>Of any path of the host that was found last: as the client would write it.</summary>
    public ReadOnlySpan<byte> ClientPath => _walk.ClientPath;

    /// <summary>The path that was looked for last, from the root on.</summary>
    public ReadOnlySpan<byte> Absolute => new(_absolute, _absoluteLength);

    /// <summary>Sets <see cref="HostPath"/> for a path that was looked for last and is the host's, by way of the tree or not.</summary>
    public bool TryFindHost(int thread) => _absoluteLength != 0 && Walk(thread, Absolute, follow: false, startsInTree: false) is { IsOurs: false, Error: 0 };

    /// <summary>Whether such a path leads to anything.</summary>
    /// <returns>0 or the error number.</returns>
    public int HostError(int thread) =>
        TryFindHost(thread) ? Files.Stat.Get(Linux.AT_FDCWD, HostPath, Linux.AT_SYMLINK_NOFOLLOW, out _) : Linux.ENOENT;

    /// <summary>Where a client is, when that is in the tree; empty otherwise.</summary>
    public ReadOnlySpan<byte> CurrentDirectory(int thread)
    {
        ProcPath name = ProcPath.Of(thread, "cwd"u8);
        ReadOnlySpan<byte> at = ReadLink(name.Text);
        ReadOnlySpan<byte> shown = WithoutMaterialRoot(at);
        return shown.Length == at.Length ? default : shown;
    }

    /// <summary>Finds what a path argument means.</summary>
    /// <param name="thread">The client's thread, which waits for us to answer.</param>
    /// <param name="directory">Descriptor that a relative path starts from, or AT_FDCWD.</param>
    /// <param name="address">Where the path is.</param>
    /// <param name="follow">Whether a link at its end is followed.</param>
    /// <param name="emptyMeansDescriptor">AT_EMPTY_PATH: an empty path means the descriptor itself.</param>
    public Place Find(int thread, int directory, ulong address, bool follow, bool emptyMeansDescriptor = false)
    {
        _absoluteLength = 0;
        int length = CallMemory.ReadText(thread, address, _path, LongestPath);
        if (length == 0 && emptyMeansDescriptor && directory >= 0)
            return OfDescriptor(thread, directory);
        return length <= 0 ? Place.Host : Find(thread, directory, new ReadOnlySpan<byte>(_path, length), follow);
    }

    /// <summary>Finds what a path means that begins at the current directory, if it is relative.</summary>
    public Place Find(int thread, ReadOnlySpan<byte> path, bool follow)
    {
        int end = path.IndexOf((byte)0);
        path = end < 0 ? path : path[..end];
        _absoluteLength = 0;
        path.CopyTo(new Span<byte>(_path, LongestPath));
        return path.IsEmpty ? Place.Host : Find(thread, Linux.AT_FDCWD, new ReadOnlySpan<byte>(_path, path.Length), follow);
    }

    private Place Find(int thread, int directory, ReadOnlySpan<byte> path, bool follow)
    {
        if (path[0] != '/')
        {
            path = From(thread, directory, path);
            if (path.IsEmpty)
                return Place.Host;
        }

        ReadOnlySpan<byte> shown = WithoutMaterialRoot(path);
        bool startsInTree = shown.Length != path.Length;
        path = shown;
        _absolute = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(path)); // in one of our buffers
        _absoluteLength = path.Length;
        if (ProcDescriptor.TryParse(path, thread, out int owner, out int descriptor))
            return follow ? OfName(owner, descriptor) : Place.NameOf(owner, descriptor);
        if (TaskName.Parse(path, thread, out owner) is var file and not TaskFile.None)
            return Place.OfTask(file, owner);
        if (!startsInTree && !PathTree.MayHold(path))
            return _emulation.LinksLeadHere || (follow && IsLinkIntoTree(path)) ? Walk(thread, path, follow, startsInTree) : Place.Host;
        PathWalk walk = PathWalk.From(_emulation.Tree, path, follow);
        if (walk.Error != 0 && !walk.NeedsHost)
            return Place.Failure(walk.Error) with { Parent = walk.Parent };
        bool isHost = walk.IsHost || walk.Node is { Kind: PathKind.Directory, IsOwned: false };
        if (walk.NeedsHost || (startsInTree && isHost) || (_emulation.LinksLeadHere && isHost) || (walk.IsHost && follow && IsLinkIntoTree(path)))
            return Walk(thread, path, follow, startsInTree);
        return walk.Node is { } node ? Place.Of(node) with { Last = walk.Last } : walk.IsHost ? Place.Host : Place.Failure(walk.Error);
    }

    /// <summary>Finds what a path means under the restrictions of openat2(2).</summary>
    /// <returns>A detour, too, when the host's file is to be opened by us.</returns>
    public Place FindWithin(int thread, int directory, ulong address, bool follow, ulong resolve)
    {
        int length = CallMemory.ReadText(thread, address, _path, LongestPath);
        if (length <= 0)
            return Place.Host;
        ProcPath name = directory == Linux.AT_FDCWD ? ProcPath.Of(thread, "cwd"u8) : ProcPath.Descriptor(thread, directory);
        ReadOnlySpan<byte> start = ReadLink(name.Text);
        if (start.IsEmpty || start[0] != '/')
            return Place.Host;
        using var identity = ClientIdentity.Assume(thread);
        int error = _walk.FindWithin(
            _emulation.Tree, _emulation.Material.RootBytes, thread, start, new ReadOnlySpan<byte>(_path, length), follow, resolve);
        HostPath = _walk.HostPath;
        bool isHost = _walk.Node is null or { Kind: PathKind.Directory, IsOwned: false };
        if (error != 0)
            return _walk.WasInTree || _walk.Parent is not null ? Place.Failure(error) with { Parent = _walk.Parent } : Refused(error);
        return isHost && !_walk.WasInTree ? Place.Host : new Place(_walk.Node, 0, 0, 0) { IsDetour = isHost, Last = _walk.Last };

        // Outside of the tree the kernel finds the same, and more exactly; but it does not know that a path of ours was on the way.
        Place Refused(int why) => PathTree.MayHold(_walk.ClientPath) ? Place.Failure(why) : Place.Host;
    }

    /// <summary>Name by name, for what letters do not tell.</summary>
    private Place Walk(int thread, ReadOnlySpan<byte> path, bool follow, bool startsInTree)
    {
        using var identity = ClientIdentity.Assume(thread);
        int error = _walk.Find(_emulation.Tree, _emulation.Material.RootBytes, thread, path, follow, startsInTree);
        HostPath = _walk.HostPath;
        if (error != 0)
            return Place.Failure(error) with { Parent = _walk.Parent };
        bool isHost = _walk.Node is null or { Kind: PathKind.Directory, IsOwned: false };
        return new Place(_walk.Node, 0, 0, 0) { IsDetour = isHost && _walk.WasInTree, Last = _walk.Last };
    }

    /// <summary>
    /// Whether there is a link of the host at the end of a path that leads to a name which may be ours. What is looked at is the last name,
    /// and what that leads to; a link further up is followed once a client has made one (<see cref="Emulation.LinksLeadHere"/>).
    /// </summary>
    private bool IsLinkIntoTree(ReadOnlySpan<byte> path)
    {
        const int Most = 8;
        if (path[0] != '/' || path.Length >= LongestPath || path.StartsWith("/usr/"u8) || path.StartsWith("/lib"u8))
            return false; // programs and libraries, of which there are many, lead to no devices
        path.CopyTo(new Span<byte>(_chain, LongestPath));
        int length = path.Length;
        for (int i = 0; i < Most; i++)
        {
            _chain[length] = 0;
            nint target = LibC.readlinkat(Linux.AT_FDCWD, _chain, _target, LongestPath - 1);
            if (target <= 0)
                return false;
            var text = new ReadOnlySpan<byte>(_target, (int)target);
            int start = text[0] == '/' ? 0 : new ReadOnlySpan<byte>(_chain, length).LastIndexOf((byte)'/') + 1;
            if (start + text.Length >= LongestPath)
                return false;
            text.CopyTo(new Span<byte>(_chain + start, LongestPath - start));
            length = start + text.Length;
            if (PathTree.MayHold(new ReadOnlySpan<byte>(_chain, length)) && !_emulation.Tree.IsElsewhere(new ReadOnlySpan<byte>(_chain, length)))
                return !new ReadOnlySpan<byte>(_chain, length).StartsWith("/proc/"u8);
        }

        return false;
    }

    /// <summary>What a descriptor of a client means: an emulated file, or a stand-in of a device or of a directory with devices.</summary>
    public Place OfDescriptor(int thread, int descriptor)
    {
        if (ProcessTable.Identify(thread, descriptor, out FileId id) != 0)
            return Place.Host;
        if (_emulation.Files.TryFind(id, out OpenFile open))
            return Place.Of(open.Node);
        return _emulation.Material.TryFind(id, out PathNode? node) ? Place.Of(node) : Place.Host;
    }

    /// <summary>What following a descriptor's name in /proc means: as the descriptor, and a directory that the host has too is known.</summary>
    private Place OfName(int thread, int descriptor)
    {
        Place place = OfDescriptor(thread, descriptor);
        if (!place.IsHost)
            return place;
        ProcPath name = ProcPath.Descriptor(thread, descriptor);
        ReadOnlySpan<byte> path = ReadLink(name.Text);
        if (path.IsEmpty || path[0] != '/' || !PathTree.MayHold(path))
            return place;
        PathWalk walk = PathWalk.From(_emulation.Tree, path, follow: false);
        return walk.Node is { Kind: PathKind.Directory, IsOwned: false } node ? Place.Of(node) : place;
    }

    /// <summary>What readlink(2) of a descriptor's name in /proc gives, when it is a file of ours.</summary>
    /// <returns>Empty when it is none of ours.</returns>
    public ReadOnlySpan<byte> NameOfDescriptor(int thread, int descriptor)
    {
        if (OfDescriptor(thread, descriptor).Node is { } node)
            return System.Text.Encoding.UTF8.GetBytes(node.Path);
        ProcPath name = ProcPath.Descriptor(thread, descriptor);
        ReadOnlySpan<byte> link = ReadLink(name.Text);
        ReadOnlySpan<byte> shown = WithoutMaterialRoot(link);
        return shown.Length == link.Length ? default : shown;
    }

    /// <summary>Puts the directory in front that a relative path starts from.</summary>
    private ReadOnlySpan<byte> From(int thread, int directory, ReadOnlySpan<byte> path)
    {
        if (directory < 0 && directory != Linux.AT_FDCWD)
            return default;
        ProcPath name = directory == Linux.AT_FDCWD ? ProcPath.Of(thread, "cwd"u8) : ProcPath.Descriptor(thread, directory);
        int length = ReadLink(name.Text).Length;
        if (length == 0 || _full[0] != '/')
            return default;
        _full[length] = (byte)'/';
        path.CopyTo(new Span<byte>(_full + length + 1, LongestPath));
        return new ReadOnlySpan<byte>(_full, length + 1 + path.Length);
    }

    private ReadOnlySpan<byte> ReadLink(byte* name)
    {
        nint length = LibC.readlinkat(Linux.AT_FDCWD, name, _full, LongestPath - 1);
        return new ReadOnlySpan<byte>(_full, (int)Math.Max(length, 0));
    }

    /// <summary>A path into the real files that stand for the tree means the tree.</summary>
    private ReadOnlySpan<byte> WithoutMaterialRoot(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> root = _emulation.Material.RootBytes;
        if (root.IsEmpty || !path.StartsWith(root))
            return path;
        ReadOnlySpan<byte> rest = path[root.Length..];
        return rest.IsEmpty ? "/"u8 : rest[0] == '/' ? rest : path;
    }
}
