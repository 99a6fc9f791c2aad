using Ioasis.Runner.Native;

namespace Ioasis.Runner.Paths;

/// <summary>What the last name of a path is, to calls that add or remove a name.</summary>
internal enum LastName : byte
{
    Normal,
    Dot,
    DotDot,
}

/// <summary>
/// Finds what a path leads to, as path_resolution(7) tells it: in the tree of the machine description link by link, outside of it by
/// the letters of the path. Where that is not enough (<see cref="NeedsHost"/>), <see cref="HostWalk"/> asks the host. Allocates nothing.
/// </summary>
internal readonly struct PathWalk
{
    public const int MostLinks = 40;
    public const int LongestName = 255;

    private PathWalk(PathNode? node, int error)
    {
        Node = node;
        Error = error;
    }

    /// <summary>What the path leads to in the tree; null when it leads elsewhere or nowhere.</summary>
    public PathNode? Node { get; }

    /// <summary>The error number when it leads nowhere in a directory that is ours, or 0.</summary>
    public int Error { get; }

    /// <summary>The directory of ours that lacks the path's last name: then <see cref="Error"/> is ENOENT. Null otherwise.</summary>
    public PathNode? Parent { get; private init; }

    /// <summary>The path is none of ours.</summary>
    public bool IsHost => Node is null && Error == 0;

    /// <summary>It goes back by <c>..</c> over names of the host, which must be there, or leaves the tree after it has been in it.</summary>
    public bool NeedsHost { get; private init; }

    public LastName Last { get; private init; }

    /// <param name="tree">The tree.</param>
    /// <param name="path">An absolute path, in any form.</param>
    /// <param name="follow">Whether a link at the end is followed.</param>
    public static PathWalk From(PathTree tree, ReadOnlySpan<byte> path, bool follow)
    {
        if (tree.IsElsewhere(path))
            return default; // and the machine need not be made for it
        int links = 0;
        return From(tree.Root, path, follow, ref links);
    }

    private static PathWalk From(PathNode start, ReadOnlySpan<byte> path, bool follow, ref int links)
    {
        Span<char> name = stackalloc char[LongestName];
        PathNode at = start;
        int outside = 0; // so many names below `at`, on the host
        bool passed = false, back = false;
        LastName last = LastName.Normal;
        while (true)
        {
            int skip = path.IndexOfAnyExcept((byte)'/');
            if (skip < 0)
                break;
            path = path[skip..];
            int length = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> part = length < 0 ? path : path[..length];
            path = length < 0 ? default : path[length..];
            bool isLast = path.IndexOfAnyExcept((byte)'/') < 0;
            bool mustBeDirectory = !path.IsEmpty;
            last = LastName.Normal;

            if (part.SequenceEqual("."u8))
            {
                last = LastName.Dot;
                continue;
            }

            if (part.SequenceEqual(".."u8))
            {
                last = LastName.DotDot;
                back |= outside > 0;
                if (outside > 0)
                    outside--;
                else
                    at = at.Parent;
                continue;
            }

            if (outside > 0 || !TryGetChild(at, part, name, out PathNode child))
            {
                if (outside == 0 && at.IsOwned)
                    return Missing(at, part.Length, isLast) with { NeedsHost = back };
                outside++;
                continue;
            }

            if (child.Kind == PathKind.Link && (!isLast || mustBeDirectory || follow))
            {
                if (++links > MostLinks)
                    return new PathWalk(null, Linux.ELOOP);
                PathWalk target = FollowLink(child, ref links);
                if (target.Error != 0)
                    return new PathWalk(null, target.Error);
                if (target.Node is null)
                    return new PathWalk(null, 0) { NeedsHost = true }; // it leads out of the tree
                child = target.Node;
                passed = true;
            }

            if (mustBeDirectory && child.Kind != PathKind.Directory)
                return new PathWalk(null, Linux.ENOTDIR) { NeedsHost = back };
            at = child;
            passed |= at.IsOwned;
        }

        bool isHost = outside > 0 || at is { Kind: PathKind.Directory, IsOwned: false };
        return new PathWalk(outside > 0 ? null : at, 0) { NeedsHost = back || (passed && isHost), Last = last };
    }

    /// <summary>A directory of ours has no such name.</summary>
    public static PathWalk Missing(PathNode directory, int nameLength, bool isLast) =>
        nameLength > LongestName ? new PathWalk(null, Linux.ENAMETOOLONG) : new PathWalk(null, Linux.ENOENT) { Parent = isLast ? directory : null };

    private static PathWalk FollowLink(PathNode link, ref int links)
    {
        PathNode start = link.Parent;
        if (link.Target.StartsWith('/'))
        {
            while (start.Parent != start)
                start = start.Parent;
        }

        Span<byte> target = stackalloc byte[System.Text.Encoding.UTF8.GetMaxByteCount(link.Target.Length)];
        int length = System.Text.Encoding.UTF8.GetBytes(link.Target, target);
        return From(start, target[..length], follow: true, ref links);
    }

    public static bool TryGetChild(PathNode directory, ReadOnlySpan<byte> name, Span<char> room, out PathNode child)
    {
        child = directory;
        if (name.Length > room.Length)
            return false;
        for (int i = 0; i < name.Length; i++)
            room[i] = (char)name[i];
        return directory.TryGetChild(room[..name.Length], out child);
    }
}
