using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Calls;

/// <summary>Answers the stat family for a node: what its stand-in is, and for a device what a device is.</summary>
internal sealed unsafe class NodeStat(Emulation emulation)
{
    /// <summary>Answers stat, lstat, fstat and newfstatat.</summary>
    public void AnswerStat(in seccomp_notif call, PathNode node, ulong address)
    {
        statx file = Of(node);
        Answer(in call, in file, address, extended: false);
    }

    /// <summary>Answers any of the family with what is known already.</summary>
    public void Answer(in seccomp_notif call, in statx file, ulong address, bool extended)
    {
        byte* room = stackalloc byte[256];
        if (extended)
            *(statx*)room = file;
        else
            emulation.Table.Stat.Write(in file, new Span<byte>(room, 256));
        Answer(in call, address, room, extended ? sizeof(statx) : emulation.Table.Stat.Size);
    }

    /// <summary>Answers statx, whatever fields were asked for: all basic ones are there.</summary>
    public void AnswerStatX(in seccomp_notif call, PathNode node, ulong address)
    {
        statx file = Of(node);
        Answer(in call, in file, address, extended: true);
    }

    private void Answer(in seccomp_notif call, ulong address, void* from, int length)
    {
        if (CallMemory.Write(emulation.Listener, in call, address, from, length))
            emulation.Listener.Return(in call, 0);
        else
            emulation.Listener.Fail(in call, Linux.EFAULT);
    }

    /// <summary>As Linux shows its anonymous inodes: one inode for all.</summary>
    private static statx OfNameless(PathNode node) => new()
    {
        stx_mask = Linux.STATX_BASIC_STATS,
        stx_blksize = (uint)Environment.SystemPageSize,
        stx_nlink = 1,
        stx_mode = (ushort)node.Mode,
        stx_ino = 1,
    };

    private statx OfStandIn(PathNode node)
    {
        if (!emulation.Material.TryStandOf(node, out StandIn? stand))
            return WithoutStandIn(node);
        statx file;
        fixed (byte* path = stand.Path)
            _ = Stat.Get(emulation.Material.Root, path, Linux.AT_SYMLINK_NOFOLLOW, out file);
        return file;
    }

    /// <summary>Where no real file can be made: what one would be like.</summary>
    private static statx WithoutStandIn(PathNode node) => new()
    {
        stx_blksize = (uint)Environment.SystemPageSize,
        stx_nlink = 1,
        stx_uid = LibC.geteuid(),
        stx_gid = LibC.getegid(),
        stx_mode = (ushort)(node.Mode | (node.Kind switch
        {
            PathKind.Directory => Linux.S_IFDIR,
            PathKind.Link => Linux.S_IFLNK,
            _ => Linux.S_IFREG,
        })),
        stx_ino = (uint)string.GetHashCode(node.Path, StringComparison.Ordinal),
        stx_size = (ulong)(node.Kind == PathKind.Link ? node.Target.Length : node.Content.Length),
    };

    private statx Of(PathNode node)
    {
        if (node.Kind == PathKind.Nameless)
            return OfNameless(node);
        statx file = OfStandIn(node);
        file.stx_mask = Linux.STATX_BASIC_STATS;
        if (node.Attribute is { } attribute)
        {
            file.stx_size = attribute.Entry.Size;
            file.stx_blocks = 0;
        }

        if (node.Device is { } device)
        {
            file.stx_mode = (ushort)(Linux.S_IFCHR | (file.stx_mode & 0xfffu)); // chmod changes the stand-in's
            file.stx_rdev_major = device.Major;
            file.stx_rdev_minor = device.Minor;
            file.stx_size = 0;
            file.stx_blocks = 0;
        }

        return file;
    }
}
