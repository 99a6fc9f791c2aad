using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Memory;

/// <summary>
/// A few bytes of the memory of a thread that waits for us to answer, by the thread's number: by process_vm_readv and process_vm_writev, or
/// where those are forbidden by /proc/THREAD/mem, opened for the occasion.
/// </summary>
internal static unsafe class TaskMemory
{
    // This process's own memory as a file; null where process_vm_readv may be used.
    private static readonly Descriptor? s_own = Reach.CopiesMemory ? null : Open(Environment.ProcessId, "mem"u8, Linux.O_RDWR);

    /// <summary>Reads bytes.</summary>
    /// <returns>Whether all could be read.</returns>
    public static bool Read(int thread, ulong address, void* into, int length)
    {
        if (!Reach.CopiesMemory)
            return ReadByFile(thread, address, into, length);
        var here = new iovec { iov_base = into, iov_len = (nuint)length };
        var there = new iovec { iov_base = (void*)address, iov_len = (nuint)length };
        return LibC.process_vm_readv(thread, &here, 1, &there, 1, 0) == length;
    }

    /// <summary>Writes bytes.</summary>
    /// <returns>Whether all could be written.</returns>
    public static bool Write(int thread, ulong address, void* from, int length)
    {
        if (!Reach.CopiesMemory)
            return WriteByFile(thread, address, from, length);
        var here = new iovec { iov_base = from, iov_len = (nuint)length };
        var there = new iovec { iov_base = (void*)address, iov_len = (nuint)length };
        return LibC.process_vm_writev(thread, &here, 1, &there, 1, 0) == length;
    }

    /// <summary>
    /// Copies from or to this process's own memory, which may not be there (a mapping of a file that was truncated): by the kernel, so that
    /// nobody is hurt.
    /// </summary>
    /// <returns>Bytes copied, or -1.</returns>
    public static nint CopyOwn(byte* at, byte* local, int length, bool write)
    {
        if (s_own is { } own)
            return write ? LibC.pwrite(own, local, (nuint)length, (ulong)at) : LibC.pread(own, local, (nuint)length, (ulong)at);
        var here = new iovec { iov_base = local, iov_len = (nuint)length };
        var there = new iovec { iov_base = at, iov_len = (nuint)length };
        return write
            ? LibC.process_vm_writev(Environment.ProcessId, &here, 1, &there, 1, 0)
            : LibC.process_vm_readv(Environment.ProcessId, &here, 1, &there, 1, 0);
    }

    private static bool ReadByFile(int thread, ulong address, void* into, int length)
    {
        using Descriptor memory = Open(thread, "mem"u8, Linux.O_RDONLY);
        return !memory.IsInvalid && LibC.pread(memory, (byte*)into, (nuint)length, address) == length;
    }

    /// <summary>That file is a debugger's: it also writes where the thread itself could not, so the permissions are looked up first.</summary>
    private static bool WriteByFile(int thread, ulong address, void* from, int length)
    {
        using Descriptor memory = Open(thread, "mem"u8, Linux.O_RDWR);
        using var map = new MemoryMap(Open(thread, "maps"u8, Linux.O_RDONLY));
        ulong end = address + (ulong)length;
        for (ulong at = address; at < end;)
        {
            if (map.Find(at, withName: false, out MappedRange range) != 0 || !range.Writable)
                return false;
            at = range.End;
        }

        return !memory.IsInvalid && LibC.pwrite(memory, (byte*)from, (nuint)length, address) == length;
    }

    private static Descriptor Open(int thread, ReadOnlySpan<byte> name, int flags)
    {
        ProcPath path = ProcPath.Of(thread, name);
        return new Descriptor(LibC.openat(Linux.AT_FDCWD, path.Text, flags | Linux.O_CLOEXEC));
    }
}
