using System.Runtime.InteropServices;

namespace Ioasis.Conformance.Players;

/// <summary>The functions of libc that the player in this process calls, with Linux's names and numbers (x86-64 and arm64).</summary>
internal static unsafe partial class LibC
{
    public const int MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_HUGETLB = 0x40000;
    public const uint MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2;
    public const int EFD_CLOEXEC = 0x80000, F_ADD_SEALS = 1033;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public ulong Address;
        public ulong Length;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(ulong address, ulong length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(ulong address, ulong length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mprotect(ulong address, ulong length, int protection);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int dup(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, ulong argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, ulong address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, ulong address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int descriptor, ulong address, nuint length, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int descriptor, ulong address, nuint length, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(int descriptor, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint process_vm_readv(int process, Vector* local, nuint localCount, Vector* remote, nuint remoteCount, nuint flags);

    /// <summary>The result of the call that was just made, or minus its errno.</summary>
    public static long ResultOf(long result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;
}
