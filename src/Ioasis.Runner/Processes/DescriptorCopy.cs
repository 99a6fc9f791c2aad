using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Processes;

/// <summary>Takes copies of clients' descriptors (pidfd_getfd): the same open file, with its position and flags.</summary>
internal static class DescriptorCopy
{
    /// <summary>Copies a descriptor of a known process.</summary>
    /// <param name="process">The process.</param>
    /// <param name="thread">A thread of it that waits for us to answer.</param>
    /// <param name="descriptor">The process's number.</param>
    /// <returns>Our own descriptor; invalid when it cannot be had.</returns>
    public static Descriptor Of(ClientProcess process, int thread, int descriptor)
    {
        Descriptor copy = Copy(process.PidFd, descriptor);
        // The first thread of a process may have ended before the others, and then has no files.
        return copy.IsInvalid ? Of(thread, descriptor) : copy;
    }

    /// <summary>Copies a descriptor of a thread whose process is not known.</summary>
    public static Descriptor Of(int thread, int descriptor)
    {
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
