using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Descriptors;

/// <summary>The system calls that eventfds need. Each returns -1 on failure, with the errno as last error.</summary>
internal static unsafe partial class NativeEvents
{
    public const short PollOut = 0x004;
    public const uint EpollIn = 0x001;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollCloseOnExec = 0x80000;
    public const int NoWait = 8;

    public const int EINTR = 4;
    public const int EOPNOTSUPP = 95;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct epoll_event: packed on x86-64 only. Written and read through the two members.</summary>
    public struct EpollEvent
    {
        private fixed byte _bytes[16];

        private static int DataOffset => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

        /// <summary>Bytes of one event in an array of the kernel's.</summary>
        public static int Stride => DataOffset + sizeof(ulong);

        public uint Events
        {
            set => MemoryMarshal.Write(MemoryMarshal.CreateSpan(ref _bytes[0], sizeof(uint)), value);
        }

        public long Data
        {
            readonly get => MemoryMarshal.Read<long>(MemoryMarshal.CreateReadOnlySpan(in _bytes[DataOffset], sizeof(long)));
            set => MemoryMarshal.Write(MemoryMarshal.CreateSpan(ref _bytes[DataOffset], sizeof(long)), value);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    public static partial nint ReadVector(int descriptor, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial SafeFileHandle EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(SafeFileHandle epoll, int operation, int descriptor, EpollEvent* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(SafeFileHandle epoll, EpollEvent* events, int most, int milliseconds);
}
