using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Paths;

/// <summary>
/// Follows a path name by name, as the kernel does, in the tree and on the host: names of the host that are passed must be there and be
/// directories, and its links are followed, into the tree as well. For the few paths of which letters alone do not tell; one a service
/// thread, for its buffers.
/// </summary>
internal sealed unsafe class HostWalk
{
    private const int LongestPath = 4096;
    private const int Room = 4 * LongestPath;

    private readonly byte* _at = (byte*)NativeMemory.Alloc(Room);   // /proc/THREAD/root, and the path so far; zero at the end
    private readonly byte* _rest = (byte*)NativeMemory.Alloc(Room); // what is still to be followed, at its end
    private readonly byte* _link = (byte*)NativeMemory.Alloc(LongestPath);
    private int _prefix, _length, _next, _outside, _thread; // _outside: so many names below _node, on the host
    private PathNode _root = null!, _node = null!;
    private PathNode _floorNode = null!; // where a path that is confined began
    private int _floorOutside, _floorLength;
    private char _floorFilesystem;

    ~HostWalk()
    {
        NativeMemory.Free(_at);
        NativeMemory.Free(_rest);
        NativeMemory.Free(_link);
    }

    /// <summary>
    /// Where the path has led: what the client means, by a name under which this process finds it. Zero at the end; until the next walk.
    /// </summary>
    public byte* HostPath
    {
        get
        {
            if (_length == _prefix)
            {
                _at[_length] = (byte)'/'; // /proc/THREAD/root is a link
                _at[_length + 1] = 0;
            }

            return _at;
        }
    }


    /// <summary>The same as the client would write it.</summary>
    public ReadOnlySpan<byte> ClientPath => _length == _prefix ? "/"u8 : new ReadOnlySpan<byte>(_at + _prefix, _length - _prefix);

    /// <summary>The path has been in the tree, or began there: the kernel would not find the way.</summary>
    public bool WasInTree { get; private set; }

    /// <summary>What the path leads to in the tree; null when elsewhere or nowhere.</summary>
    public PathNode? Node { get; private set; }

    /// <summary>The directory of ours that lacks the last name; null otherwise.</summary>
    public PathNode? Parent { get; private set; }

    public LastName Last { get; private set; }

    /// <summary>Follows a path.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="material">A path into its real files means the tree: where they lie.</param>
    /// <param name="thread">The client's thread: whose root and whose /proc/self it is.</param>
    /// <param name="path">An absolute path.</param>
    /// <param name="follow">Whether a link at the end is followed.</param>
    /// <param name="startsInTree">It is relative to a directory of the tree.</param>
    /// <returns>0, or the error number when a name on the way is not what it must be.</returns>
    public int Find(PathTree tree, ReadOnlySpan<byte> material, int thread, ReadOnlySpan<byte> path, bool follow, bool startsInTree)
    {
        Start(tree, thread);
        WasInTree = startsInTree;
        return Follow(material, path, follow, 0);
    }

    /// <summary>Follows a path under the restrictions of openat2(2).</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="material">As for the other.</param>
    /// <param name="thread">As for the other.</param>
    /// <param name="start">The directory that it is relative to, as an absolute path.</param>
    /// <param name="path">The path.</param>
    /// <param name="follow">As for the other.</param>
    /// <param name="resolve">RESOLVE_* flags.</param>
    /// <returns>As the other; EXDEV when it leaves what it must stay in, ELOOP when a link may not be followed.</returns>
    public int FindWithin(
        PathTree tree, ReadOnlySpan<byte> material, int thread, ReadOnlySpan<byte> start, ReadOnlySpan<byte> path, bool follow, ulong resolve)
    {
        Start(tree, thread);
        bool isMaterial = !material.IsEmpty && start.StartsWith(material);
        WasInTree = isMaterial;
        int error = Follow(material, isMaterial ? start[material.Length..] : start, follow: true, 0);
        if (error != 0)
            return error;
        if (path[0] == '/' && (resolve & Linux.RESOLVE_IN_ROOT) == 0)
        {
            if ((resolve & (Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_XDEV)) != 0)
                return Linux.EXDEV;
            Restart();
        }

        WasInTree = isMaterial;
        _floorNode = _node;
        _floorOutside = _outside;
        _floorLength = _length;
        _floorFilesystem = FilesystemOf(ClientPath);
        return Follow(material, path, follow, resolve);
    }

    private int Follow(ReadOnlySpan<byte> material, ReadOnlySpan<byte> path, bool follow, ulong resolve)
    {
        const ulong Confined = Linux.RESOLVE_BENEATH | Linux.RESOLVE_IN_ROOT;
        _next = Room;
        _ = TryPrepend(path);
        Node = Parent = null;
        Last = LastName.Normal;
        int links = 0;
        Span<char> name = stackalloc char[PathWalk.LongestName];
        while (TryTake(out ReadOnlySpan<byte> part, out bool isLast, out bool mustBeDirectory))
        {
            Last = part.SequenceEqual("."u8) ? LastName.Dot : part.SequenceEqual(".."u8) ? LastName.DotDot : LastName.Normal;
            if (Last == LastName.Dot)
                continue;
            if (Last == LastName.DotDot)
            {
                if ((resolve & Confined) != 0 && _length == _floorLength)
                {
                    if ((resolve & Linux.RESOLVE_BENEATH) != 0)
                        return Linux.EXDEV;
                    continue;
                }

                Cut();
                if (_outside > 0)
                    _outside--;
                else
                    _node = _node.Parent;
                if (LeavesFilesystem(resolve))
                    return Linux.EXDEV;
                continue;
            }

            if (part.Length > PathWalk.LongestName)
                return Linux.ENAMETOOLONG;
            bool goesOn = !isLast || mustBeDirectory;
            ReadOnlySpan<byte> target;
            if (_outside == 0 && PathWalk.TryGetChild(_node, part, name, out PathNode child))
            {
                if (child.Kind != PathKind.Link || !(goesOn || follow))
                {
                    if (goesOn && child.Kind != PathKind.Directory)
                        return Linux.ENOTDIR;
                    Append(part);
                    _node = child;
                    WasInTree |= child.IsOwned;
                    if (LeavesFilesystem(resolve))
                        return Linux.EXDEV;
                    continue;
                }

                WasInTree = true;
                target = Encoding.UTF8.GetBytes(child.Target);
            }
            else if (_outside == 0 && _node.IsOwned)
            {
                Parent = isLast ? _node : null;
                return Linux.ENOENT;
            }
            else
            {
                Append(part);
                _outside++;
                if (LeavesFilesystem(resolve))
                    return Linux.EXDEV;
                if (!goesOn && !follow)
                    continue;
                int error = ReadHost(_thread, part, goesOn, out target);
                if (error != 0)
                {
                    if (isLast && error != Linux.ENOTDIR)
                        continue; // whoever makes the call finds the same
                    return error;
                }

                if (target.IsEmpty)
                    continue;
                Cut();
                _outside--;
                if (!material.IsEmpty && target.StartsWith(material) && (target.Length == material.Length || target[material.Length] == '/'))
                {
                    WasInTree = true;
                    target = target.Length == material.Length ? "/"u8 : target[material.Length..];
                }
            }

            if ((resolve & Linux.RESOLVE_NO_SYMLINKS) != 0 || ++links > PathWalk.MostLinks)
                return Linux.ELOOP;
            if (target[0] == '/')
            {
                if ((resolve & (Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_XDEV)) != 0)
                    return Linux.EXDEV;
                Restart();
                if ((resolve & Linux.RESOLVE_IN_ROOT) != 0)
                    (_node, _outside, _length) = (_floorNode, _floorOutside, _floorLength);
                _at[_length] = 0;
            }

            if (!TryPrepend(target))
                return Linux.ENAMETOOLONG;
        }

        Node = _outside == 0 ? _node : null;
        return 0;
    }

    /// <summary>Of what may be ours /dev and /sys are mounted, and nothing else.</summary>
    private bool LeavesFilesystem(ulong resolve)
    {
        if ((resolve & Linux.RESOLVE_NO_XDEV) == 0)
            return false;
        return FilesystemOf(ClientPath) != _floorFilesystem;
    }

    private static char FilesystemOf(ReadOnlySpan<byte> path) =>
        path.Length >= 4 && (path.Length == 4 || path[4] == '/') ? path[..4].SequenceEqual("/dev"u8) ? 'd' : path[..4].SequenceEqual("/sys"u8) ? 's' : '-' : '-';

    private void Restart()
    {
        _node = _root;
        _outside = 0;
        _length = _prefix;
        _at[_length] = 0;
    }

    private void Start(PathTree tree, int thread)
    {
        _thread = thread;
        _root = tree.Root;
        ProcPath prefix = ProcPath.Of(thread, "root"u8);
        var text = new ReadOnlySpan<byte>(prefix.Text, 64);
        _prefix = text.IndexOf((byte)0);
        text[.._prefix].CopyTo(new Span<byte>(_at, Room));
        Restart();
    }

    /// <summary>Takes the next name of what is still to be followed.</summary>
    private bool TryTake(out ReadOnlySpan<byte> part, out bool isLast, out bool hasSlash)
    {
        part = default;
        isLast = hasSlash = false;
        while (_next < Room && _rest[_next] == '/')
            _next++;
        if (_next == Room)
            return false;
        var rest = new ReadOnlySpan<byte>(_rest + _next, Room - _next);
        int length = rest.IndexOf((byte)'/');
        part = length < 0 ? rest : rest[..length];
        _next += part.Length;
        hasSlash = length >= 0;
        isLast = new ReadOnlySpan<byte>(_rest + _next, Room - _next).IndexOfAnyExcept((byte)'/') < 0;
        return true;
    }

    private bool TryPrepend(ReadOnlySpan<byte> target)
    {
        // The name that was taken lies before what is left, and is used no more.
        if (target.Length > _next || Room - _next + target.Length > Room - LongestPath)
            return false;
        _next -= target.Length;
        target.CopyTo(new Span<byte>(_rest + _next, target.Length));
        return true;
    }

    private void Append(ReadOnlySpan<byte> name)
    {
        if (_length + name.Length + 2 > Room)
            return;
        _at[_length++] = (byte)'/';
        name.CopyTo(new Span<byte>(_at + _length, name.Length));
        _length += name.Length;
        _at[_length] = 0;
    }

    private void Cut()
    {
        if (_length == _prefix)
            return;
        while (_at[--_length] != '/')
        {
        }

        _at[_length] = 0;
    }

    /// <summary>What the host has at the path so far.</summary>
    /// <returns>0: a link, with its target, or something else that is as it must be, without. Else the error number.</returns>
    private int ReadHost(int thread, ReadOnlySpan<byte> name, bool mustBeDirectory, out ReadOnlySpan<byte> target)
    {
        target = default;
        if (ClientPath.SequenceEqual("/proc/self"u8) || ClientPath.SequenceEqual("/proc/thread-self"u8))
        {
            // The kernel would show ours.
            if (!ProcessStatus.TryRead(thread, out ProcessStatus status))
                return Linux.ESRCH;
            target = Encoding.ASCII.GetBytes(name.Length == 4 ? $"{status.Process}" : $"{status.Process}/task/{thread}");
            return 0;
        }

        nint length = LibC.readlinkat(Linux.AT_FDCWD, _at, _link, LongestPath);
        int error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (error == Linux.EINVAL)
        {
            if (!mustBeDirectory)
                return 0;
            error = Stat.Get(Linux.AT_FDCWD, _at, 0, out statx file);
            return error != 0 ? error : (file.stx_mode & Linux.S_IFMT) == Linux.S_IFDIR ? 0 : Linux.ENOTDIR;
        }

        if (error != 0)
            return error;
        target = new ReadOnlySpan<byte>(_link, (int)length);
        // What /proc calls a pipe or an anonymous file is no path.
        if (length == 0 || (target[0] != '/' && ClientPath.StartsWith("/proc/"u8) && target.Contains((byte)':')))
            target = default;
        return 0;
    }
}
