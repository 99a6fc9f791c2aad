using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Embedded.Native;

/// <summary>The functions of libc that are called here, with Linux's names. Each sets the last P/Invoke error.</summary>
internal static unsafe partial class LibC
{
    public const int EPERM = 1, ENOSYS = 38;
    public const int F_GETFD = 1, F_DUPFD_CLOEXEC = 1030;
    public const int RLIMIT_MEMLOCK = 8;

    /// <summary>_LINUX_CAPABILITY_VERSION_3: two words of 32 bits each.</summary>
    public const uint CapabilityVersion = 0x20080522;

    /// <summary>PROCMAP_QUERY, an ioctl of /proc/PID/maps (Linux 6.11).</summary>
    public const uint PROCMAP_QUERY = 0xc0686611;

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint process_vm_readv(
        int process, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint process_vm_writev(
        int process, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeFileHandle descriptor, nuint request, void* argument);

    // Variadic in C; the calling conventions of Linux on x86-64 and arm64 pass an integer the same way there.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getrlimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int capget(CapabilityHeader* header, CapabilityWords* words);
}

/// <summary><c>struct iovec</c>.</summary>
internal unsafe struct IoVector(ulong address, int length)
{
    public void* Base = (void*)address;
    public nuint Length = (nuint)length;
}

/// <summary><c>struct rlimit</c>.</summary>
internal struct ResourceLimit
{
    public ulong Current;
    public ulong Most;
}

/// <summary><c>struct __user_cap_header_struct</c>.</summary>
internal struct CapabilityHeader
{
    public uint Version;
    public int Thread;
}

/// <summary><c>struct __user_cap_data_struct</c>, twice: capabilities 0 to 31, then 32 to 63.</summary>
internal struct CapabilityWords
{
    public uint EffectiveLow, PermittedLow, InheritableLow;
    public uint EffectiveHigh, PermittedHigh, InheritableHigh;
}

/// <summary><c>struct procmap_query</c>.</summary>
internal struct MappingQuery
{
    public ulong Size;
    public ulong QueryFlags;
    public ulong Address;
    public ulong Start;
    public ulong End;
    public ulong Flags;
    public ulong PageSize;
    public ulong FileOffset;
    public ulong Inode;
    public uint DeviceMajor;
    public uint DeviceMinor;
    public uint NameSize;
    public uint BuildIdSize;
    public ulong NameAddress;
    public ulong BuildIdAddress;
}
