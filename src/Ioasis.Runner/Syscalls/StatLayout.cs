using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Syscalls;

/// <summary>
/// Where struct stat has its fields, in bytes, on one architecture. The fields that are not named lie alike everywhere: device
/// and inode first, the group after the user, size and blocks around the block size, and the three times after the blocks.
/// </summary>
internal sealed class StatLayout
{
    public required int Size { get; init; }
    public required int LinksOffset { get; init; }
    public required int LinksSize { get; init; }
    public required int ModeOffset { get; init; }
    public required int UserOffset { get; init; }
    public required int RawDeviceOffset { get; init; }
    public required int BlockSizeOffset { get; init; }
    public required int BlockSizeSize { get; init; }

    /// <summary>Writes what is known about a file as this architecture's struct stat.</summary>
    /// <param name="file">The file.</param>
    /// <param name="into">At least <see cref="Size"/> bytes.</param>
    public void Write(in statx file, Span<byte> into)
    {
        into[..Size].Clear();
        Put(into, 0, 8, DeviceNumber(file.stx_dev_major, file.stx_dev_minor));
        Put(into, 8, 8, file.stx_ino);
        Put(into, LinksOffset, LinksSize, file.stx_nlink);
        Put(into, ModeOffset, 4, file.stx_mode);
        Put(into, UserOffset, 4, file.stx_uid);
        Put(into, UserOffset + 4, 4, file.stx_gid);
        Put(into, RawDeviceOffset, 8, DeviceNumber(file.stx_rdev_major, file.stx_rdev_minor));
        Put(into, 48, 8, file.stx_size);
        Put(into, BlockSizeOffset, BlockSizeSize, file.stx_blksize);
        Put(into, 64, 8, file.stx_blocks);
        PutTime(into, 72, file.stx_atime);
        PutTime(into, 88, file.stx_mtime);
        PutTime(into, 104, file.stx_ctime);
    }

    /// <summary>dev_t as user space sees it: 12 bits of major above the low 8 bits of minor, the rest of minor above.</summary>
    public static ulong DeviceNumber(uint major, uint minor) => minor & 0xff | major << 8 | (ulong)(minor & ~0xffu) << 12;

    private static void PutTime(Span<byte> into, int offset, statx_timestamp time)
    {
        Put(into, offset, 8, (ulong)time.tv_sec);
        Put(into, offset + 8, 8, time.tv_nsec);
    }

    private static void Put(Span<byte> into, int offset, int size, ulong value)
    {
        if (size == 8)
            MemoryMarshal.Write(into[offset..], value);
        else
            MemoryMarshal.Write(into[offset..], (uint)value);
    }
}
