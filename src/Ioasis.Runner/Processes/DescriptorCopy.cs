using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Processes;

/// <summary>
/// Takes copies of clients' descriptors (pidfd_getfd): the same open file, with its position and flags. Where that is forbidden
/// (<see cref="Reach.CopiesDescriptors"/>) there are none.
/// </summary>
internal static unsafe class DescriptorCopy
{
    /// <summary>
    /// Not the open file, but the inode behind a descriptor: enough to ask what it is, and to open it anew by /proc. Always permitted.
    /// </summary>
    /// <param name="thread">A thread that waits for us to answer.</param>
    /// <param name="descriptor">One of its descriptors.</param>
    /// <returns>Our own descriptor, opened with O_PATH; invalid when the client's is not open.</returns>
    public static Descriptor PathOf(int thread, int descriptor)
    {
        ProcPath path = ProcPath.Descriptor(thread, descriptor);
        return new Descriptor(LibC.openat(Linux.AT_FDCWD, path.Text, Linux.O_PATH | Linux.O_CLOEXEC));
    }

    /// <summary>Copies a descriptor of a known process.</summary>
    /// <param name="process">The process.</param>
    /// <param name="thread">A thread of it that waits for us to answer.</param>
    /// <param name="descriptor">The process's number.</param>
    /// <returns>Our own descriptor; invalid when it cannot be had.</returns>
    public static Descriptor Of(ClientProcess process, int thread, int descriptor)
    {
        if (!Reach.CopiesDescriptors)
            return new Descriptor(-1);
        Descriptor copy = Copy(process.PidFd, descriptor);
        // The first thread of a process may have ended before the others, and then has no files.
        return copy.IsInvalid ? Of(thread, descriptor) : copy;
    }

    /// <summary>Copies a descriptor of a thread whose process is not known.</summary>
    public static Descriptor Of(int thread, int descriptor)
    {
        if (!Reach.CopiesDescriptors)
            return new Descriptor(-1);
        using Descriptor ofThread = OpenPidFd(thread, Linux.PIDFD_THREAD);
        if (!ofThread.IsInvalid)
            return Copy(ofThread, descriptor);
        using Descriptor ofProcess = OpenPidFd(thread, 0); // before Linux 6.9
        return Copy(ofProcess, descriptor);
    }

    /// <summary>A pidfd of a process, or with <see cref="Linux.PIDFD_THREAD"/> of a thread.</summary>
    public static Descriptor OpenPidFd(int id, uint flags) =>
        new((int)LibC.syscall(SyscallTable.Native.PidFdOpen, id, (nint)flags, 0, 0, 0));

    private static Descriptor Copy(Descriptor pidFd, int descriptor)
    {
        bool held = false;
        try
        {
            pidFd.DangerousAddRef(ref held);
            return new Descriptor((int)LibC.syscall(SyscallTable.Native.PidFdGetFd, pidFd.Number, descriptor, 0, 0, 0));
        }
        catch (ObjectDisposedException)
        {
            return new Descriptor(-1);
        }
        finally
        {
            if (held)
                pidFd.DangerousRelease();
        }
    }
}
