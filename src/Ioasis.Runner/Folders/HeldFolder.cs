using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Folders;

/// <summary>
/// A directory of the host, held by a descriptor. What is in it is reached relative to that, one name at a time and never through a
/// link: whatever others do to the path by which it was found, no file of theirs is touched.
/// </summary>
internal sealed unsafe class HeldFolder : IDisposable
{
    private const uint OthersMayDoSomething = 0x3f; // any permission of group or others
    private const int MostLevels = 64;

    private HeldFolder(Descriptor handle) => Handle = handle;

    public Descriptor Handle { get; }

    /// <summary>It belongs to the user that this process runs as, and nobody else may look into it.</summary>
    public bool IsOwn
    {
        get
        {
            byte empty = 0;
            return Files.Stat.Get(Handle.Number, &empty, Linux.AT_EMPTY_PATH, out statx file) == 0
                && file.stx_uid == LibC.geteuid() && (file.stx_mode & OthersMayDoSomething) == 0;
        }
    }

    /// <summary>Its absolute path as the kernel knows it now.</summary>
    public byte[] Path
    {
        get
        {
            byte* into = stackalloc byte[4096];
            nint length;
            fixed (byte* name = Text(Handle.ProcPath))
                length = LibC.readlinkat(Linux.AT_FDCWD, name, into, 4096);
            return new ReadOnlySpan<byte>(into, (int)Math.Max(length, 0)).ToArray();
        }
    }

    /// <summary>A name with the zero byte that the C library wants.</summary>
    public static byte[] Text(string name) => [.. Encoding.UTF8.GetBytes(name), 0];

    /// <summary>Opens a directory by its path.</summary>
    /// <param name="path">Where; a link at the end is not followed.</param>
    /// <param name="error">The error number when it cannot be had, or 0.</param>
    public static HeldFolder? Open(string path, out int error) => Open(Linux.AT_FDCWD, Text(path), out error);

    /// <summary>Opens a directory in it; a link is none.</summary>
    /// <param name="name">A name with a zero byte at the end.</param>
    /// <param name="error">The error number when it cannot be had, or 0.</param>
    public HeldFolder? Open(byte[] name, out int error) => Open(Handle.Number, name, out error);

    /// <summary>Makes a directory in it that is its user's own.</summary>
    /// <returns>0 or the error number.</returns>
    public int Make(byte[] name, uint mode = 0x1c0) // 0700
    {
        fixed (byte* at = name)
            return LibC.mkdirat(Handle.Number, at, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits for, or tries for, the lock that goes with the descriptor.</summary>
    public bool TryLock(bool wait) => LibC.flock(Handle, Linux.LOCK_EX | (wait ? 0 : Linux.LOCK_NB)) == 0;

    /// <summary>The names in it but . and .., each with a zero byte at the end.</summary>
    public List<byte[]> Names()
    {
        List<byte[]> names = [];
        byte[] room = new byte[16 * 1024];
        _ = LibC.lseek(Handle, 0, Linux.SEEK_SET);
        fixed (byte* into = room)
        {
            nint bytes;
            while ((bytes = LibC.syscall(SyscallTable.Native.GetDents64, Handle.Number, (nint)into, room.Length, 0, 0)) > 0)
            {
                var entries = new DirectoryEntries(room.AsSpan(0, (int)bytes));
                while (entries.MoveNext())
                {
                    if (!entries.Name.SequenceEqual("."u8) && !entries.Name.SequenceEqual(".."u8))
                        names.Add([.. entries.Name, 0]);
                }
            }
        }

        return names;
    }

    /// <summary>Removes all that is in it, as far as that is allowed; links themselves, not what they lead to.</summary>
    public void Empty() => Empty(0);

    /// <summary>Removes an empty directory that is in it, if the name still leads to the one that is held.</summary>
    public void Remove(byte[] name, HeldFolder held)
    {
        fixed (byte* at = name)
        {
            bool isSame = Files.Stat.TryGet(held.Handle, out Files.FileId id)
                && Files.Stat.Get(Handle.Number, at, Linux.AT_SYMLINK_NOFOLLOW, out statx there) == 0 && Files.Stat.IdOf(in there) == id;
            if (isSame)
                _ = LibC.unlinkat(Handle.Number, at, Linux.AT_REMOVEDIR);
        }
    }

    public void Dispose() => Handle.Dispose();

    private static HeldFolder? Open(int directory, byte[] name, out int error)
    {
        int number;
        fixed (byte* at = name)
            number = LibC.openat(directory, at, Linux.O_RDONLY | Linux.O_CLOEXEC | SyscallTable.Native.O_DIRECTORY | SyscallTable.Native.O_NOFOLLOW);
        error = number < 0 ? Marshal.GetLastPInvokeError() : 0;
        return number < 0 ? null : new HeldFolder(new Descriptor(number));
    }

    private void Empty(int level)
    {
        if (level == MostLevels)
            return; // nothing of ours is that deep
        foreach (byte[] name in Names())
        {
            fixed (byte* at = name)
            {
                if (LibC.unlinkat(Handle.Number, at, 0) == 0 || Marshal.GetLastPInvokeError() is not (Linux.EISDIR or Linux.EPERM))
                    continue;
            }

            using HeldFolder? below = Open(name, out _);
            if (below is null)
                continue;
            below.Empty(level + 1);
            Remove(name, below);
        }
    }
}
