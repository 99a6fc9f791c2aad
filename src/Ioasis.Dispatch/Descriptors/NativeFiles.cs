using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Descriptors;

/// <summary>The system calls that files of clients need. Each returns -1 on failure, with the errno as last error.</summary>
internal static unsafe partial class NativeFiles
{
    public const int ReadWrite = 2, CloseOnExec = 0x80000;
    public const int ProtectionRead = 1, ProtectionWrite = 2;
    public const int MapShared = 1, MapNoReserve = 0x4000;
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7ff;

    /// <summary>statfs f_type (linux/magic.h).</summary>
    public const long Tmpfs = 0x01021994, Hugetlbfs = 0x958458f6;

    public const nint Failed = -1;

    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public byte* Bytes;
        public nuint Length;
    }

    /// <summary>struct statx, as far as it is asked for.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Facts
    {
        [FieldOffset(4)]
        public uint BlockSize;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary>struct statfs of 64-bit Linux, as far as it is asked for.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    public struct FilesystemFacts
    {
        [FieldOffset(0)]
        public long Type;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags);

    /// <summary>Reads at a position, in bytes.</summary>
    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(SafeFileHandle file, byte* into, nuint count, nint position);

    /// <summary>Writes at a position, in bytes.</summary>
    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(SafeFileHandle file, byte* from, nuint count, nint position);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, out Facts facts);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int Statfs(SafeFileHandle file, out FilesystemFacts facts);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    public static partial nint ReadMapped(int process, in Piece into, nuint intoCount, in Piece from, nuint fromCount, nuint flags);

    [LibraryImport("libc", EntryPoint = "process_vm_writev", SetLastError = true)]
    public static partial nint WriteMapped(int process, in Piece from, nuint fromCount, in Piece to, nuint toCount, nuint flags);
}
