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

    public ClientPaths(Emulation emulation) => _emulation = emulation;

    ~ClientPaths()
    {
        NativeMemory.Free(_path);
        NativeMemory.Free(_full);
    }

    /// <summary>Finds what a path argument means.</summary>
    /// <param name="thread">The client's thread, which waits for us to answer.</param>
    /// <param name="directory">Descriptor that a relative path starts from, or AT_FDCWD.</param>
    /// <param name="address">Where the path is.</param>
    /// <param name="follow">Whether a link at its end is followed.</param>
    /// <param name="emptyMeansDescriptor">AT_EMPTY_PATH: an empty path means the descriptor itself.</param>
    public Place Find(int thread, int directory, ulong address, bool follow, bool emptyMeansDescriptor = false)
    {
        int length = CallMemory.ReadText(thread, address, _path, LongestPath);
        if (length == 0 && emptyMeansDescriptor && directory >= 0)
            return OfDescriptor(thread, directory);
        if (length <= 0)
            return Place.Host;
        ReadOnlySpan<byte> path = new(_path, length);
        if (path[0] != '/')
        {
            path = Absolute(thread, directory, path);
            if (path.IsEmpty)
                return Place.Host;
        }

        path = WithoutMaterialRoot(path);
        if (ProcDescriptor.TryParse(path, thread, out int owner, out int descriptor))
            return follow ? OfDescriptor(owner, descriptor) : Place.NameOf(owner, descriptor);
        if (TaskName.Parse(path, thread, out owner) is var file and not TaskFile.None)
            return Place.OfTask(file, owner);
        if (!PathTree.MayHold(path))
            return Place.Host;
        PathWalk walk = PathWalk.From(_emulation.Tree, path, follow);
        return walk.Node is { } node ? Place.Of(node) : walk.IsHost ? Place.Host : Place.Failure(walk.Error);
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
    private ReadOnlySpan<byte> Absolute(int thread, int directory, ReadOnlySpan<byte> path)
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
