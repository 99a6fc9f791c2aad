using System.Runtime.InteropServices;

namespace CopyFile;

/// <summary>The system calls that the program makes, as libc offers them.</summary>
internal static unsafe partial class Linux
{
    public const int O_RDWR = 2, O_CLOEXEC = 0x80000;
    public const int PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20;
    public const int EFD_CLOEXEC = 0x80000;
    public const short POLLIN = 1;
    public const int EINTR = 4;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int descriptor, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int descriptor, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    /// <summary>Opens a device for reading and writing.</summary>
    public static int Open(string path) => (int)Check(open(path, O_RDWR | O_CLOEXEC, 0), $"open {path}");

    /// <summary>An ioctl with a structure, which is filled in place.</summary>
    public static void Ioctl<T>(int descriptor, uint request, ref T argument, string name)
        where T : unmanaged
    {
        fixed (T* pointer = &argument)
            Check(ioctl(descriptor, request, pointer), name);
    }

    /// <summary>The result of a call, or an exception with the errno's words.</summary>
    public static nint Check(nint result, string call) =>
        result == -1 ? throw new LinuxException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}") : result;
}

/// <summary>struct pollfd.</summary>
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short Returned;
}

/// <summary>A system call failed, or a device did not do what it should.</summary>
internal sealed class LinuxException(string message) : Exception(message);
