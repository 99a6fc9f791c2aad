using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Processes;

/// <summary>
/// By which calls this process may reach into its clients. A container's seccomp profile refuses some to every process, so each is tried
/// once, on this process itself. Without them other ways are taken, at more cost: docs/runner.md has the table.
/// </summary>
internal static unsafe class Reach
{
    /// <summary>pidfd_getfd(2). Without it the eventfds of clients are made here, so that there is a copy (<see cref="ClientEvents"/>).</summary>
    public static bool CopiesDescriptors { get; } = MayCopyDescriptors();

    /// <summary>process_vm_readv(2) and process_vm_writev(2). Without them everything goes through /proc/PID/mem.</summary>
    public static bool CopiesMemory { get; } = MayCopyMemory();

    private static bool MayCopyDescriptors()
    {
        using Descriptor self = DescriptorCopy.OpenPidFd(Environment.ProcessId, 0);
        if (self.IsInvalid)
            return false;
        using Descriptor copy = new((int)LibC.syscall(SyscallTable.Native.PidFdGetFd, self.Number, self.Number, 0, 0, 0));
        return !copy.IsInvalid;
    }

    private static bool MayCopyMemory()
    {
        byte from = 1, to = 0;
        var here = new iovec { iov_base = &to, iov_len = 1 };
        var there = new iovec { iov_base = &from, iov_len = 1 };
        return LibC.process_vm_readv(Environment.ProcessId, &here, 1, &there, 1, 0) == 1
            && LibC.process_vm_writev(Environment.ProcessId, &here, 1, &there, 1, 0) == 1;
    }
}
