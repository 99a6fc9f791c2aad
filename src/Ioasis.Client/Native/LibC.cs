using System.Runtime.InteropServices;

namespace Ioasis.Client.Native;

/// <summary>The functions of libc that the library calls, with Linux's names. Each sets the last P/Invoke error.</summary>
internal static unsafe partial class LibC
{
    public const int O_RDWR = 2, O_CLOEXEC = 0x80000;
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    public const int PROT_READ = 1, PROT_WRITE = 2;
    public const int MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20;
    public const short POLLIN = 1;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    // Variadic in C; the calling conventions of Linux on x86-64 and arm64 pass a pointer the same way there.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int descriptor, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int descriptor, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
