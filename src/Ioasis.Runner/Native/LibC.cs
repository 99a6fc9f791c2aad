using System.Runtime.InteropServices;

namespace Ioasis.Runner.Native;

/// <summary>
/// The C library's functions, each declared once. All return -1 and leave the error number in
/// <see cref="Marshal.GetLastPInvokeError"/>, unless they say otherwise. Paths are UTF-8 and end with a zero byte.
/// </summary>
internal static unsafe partial class LibC
{
    // The file's own name, which is loaded already; without its ending the runtime first looks for others. musl has its C library by it too.
    private const string Name = "libc.so.6";

    [LibraryImport(Name, SetLastError = true)]
    public static partial int close(int fd);

    public static Descriptor open(string path, int flags) => new(OpenNumber(path, flags));

    [LibraryImport(Name, SetLastError = true)]
    public static partial int openat(int directory, byte* path, int flags);

    /// <summary>With the permissions of what O_CREAT makes.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int openat(int directory, byte* path, int flags, uint mode);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int mkdirat(int directory, byte* path, uint mode);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int symlinkat(byte* target, int directory, byte* path);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int unlinkat(int directory, byte* path, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fchmod(Descriptor fd, uint mode);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fchmodat(int directory, byte* path, uint mode, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int faccessat(int directory, byte* path, int mode, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(Descriptor fd, byte* into, nuint count);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(Descriptor fd, byte* from, nuint count);

    /// <summary>To a standard stream, which nobody here owns.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(int fd, byte* from, nuint count);

    /// <summary>Of a standard stream.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(int fd, int command, int argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint pread(Descriptor fd, byte* into, nuint count, ulong offset);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint pwrite(Descriptor fd, byte* from, nuint count, ulong offset);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(Descriptor fd, nuint request, void* argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(Descriptor fd, nuint request, nuint argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int statx(int directory, byte* path, int flags, uint mask, statx* result);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint readlinkat(int directory, byte* path, byte* into, nuint size);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(Descriptor fd, int command, int argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(Descriptor fd, int command, flock* argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int flock(Descriptor fd, int operation);

    public static Descriptor memfd_create(string name, uint flags) => new(MemFdNumber(name, flags));

    [LibraryImport(Name, SetLastError = true)]
    public static partial long lseek(Descriptor fd, long offset, int from);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ftruncate(Descriptor fd, long length);

    /// <summary>Both ends of a pipe: first the one to read from, then the one to write to.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int pipe2(int* ends, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint mmap(void* address, nuint length, int protection, int flags, Descriptor fd, long offset);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int munmap(nint address, nuint length);

    public static Descriptor inotify_init1(int flags) => new(INotifyNumber(flags));

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int inotify_add_watch(Descriptor inotify, string path, uint mask);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int inotify_add_watch(Descriptor inotify, byte* path, uint mask);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int inotify_rm_watch(Descriptor inotify, int watch);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int poll(pollfd* descriptors, nuint count, int milliseconds);

    public static Descriptor epoll_create1(int flags) => new(EPollNumber(flags));

    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_ctl(Descriptor epoll, int operation, Descriptor fd, void* what);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_wait(Descriptor epoll, void* events, int most, int milliseconds);

    public static Descriptor eventfd(uint initial, int flags) => new(EventNumber(initial, flags));

    [LibraryImport(Name, SetLastError = true)]
    public static partial int waitid(int kind, int id, siginfo* result, int options);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int kill(int process, int signal);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigaction(int signal, void* replace, void* old);

    [LibraryImport(Name)]
    public static partial int getpid();

    [LibraryImport(Name)]
    public static partial uint geteuid();

    [LibraryImport(Name)]
    public static partial uint getegid();

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getgroups(int count, uint* groups);

    /// <summary>For this thread; gives the user before.</summary>
    [LibraryImport(Name)]
    public static partial int setfsuid(uint user);

    /// <inheritdoc cref="setfsuid"/>
    [LibraryImport(Name)]
    public static partial int setfsgid(uint group);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int truncate(byte* path, long length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int statfs(byte* path, void* result);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int prlimit64(int process, int resource, rlimit* replace, rlimit* old);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint process_vm_readv(int process, iovec* local, nuint locals, iovec* remote, nuint remotes, nuint flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint process_vm_writev(int process, iovec* local, nuint locals, iovec* remote, nuint remotes, nuint flags);

    /// <summary>syscall(2), for calls that older C libraries have no function for.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint syscall(nint number, nint argument1, nint argument2, nint argument3, nint argument4, nint argument5);

    // posix_spawn(3); these return the error number itself.
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    // What gives a new descriptor gives its number here: that the import makes the Descriptor itself would be by reflection.
    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNumber(string path, int flags);

    [LibraryImport(Name, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemFdNumber(string name, uint flags);

    [LibraryImport(Name, EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int INotifyNumber(int flags);

    [LibraryImport(Name, EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EPollNumber(int flags);

    [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventNumber(uint initial, int flags);
}
