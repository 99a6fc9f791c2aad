using System.Globalization;
using System.Runtime.InteropServices;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Doctor;

/// <summary>Whether the memory and the descriptors of a child can be reached.</summary>
internal static unsafe class ProcessChecks
{
    private const string ScopePath = "/proc/sys/kernel/yama/ptrace_scope";
    private const string PtraceAdvice = "Start ioasis with CAP_SYS_PTRACE, set kernel.yama.ptrace_scope to 0 or 1, or allow ptrace in the container's profile.";

    public static Finding PtraceScope()
    {
        const string Name = "ptrace scope";
        if (!File.Exists(ScopePath))
            return new(Name, Verdict.Good, "not restricted (no Yama)");
        string scope = File.ReadAllText(ScopePath).Trim();
        return scope switch
        {
            "0" or "1" => new(Name, Verdict.Good, $"{scope}: children can be reached"),
            "2" => new(Name, Verdict.Limited, "2: only with CAP_SYS_PTRACE", PtraceAdvice),
            _ => new(Name, Verdict.Bad, $"{scope}: no process can reach another's memory", "It stays so until the machine is restarted without it."),
        };
    }

    public static Finding DescriptorsOf(TestSubject subject)
    {
        const string Name = "descriptors of a child (pidfd_getfd)";
        if (subject.ProcessId is not { } child)
            return new(Name, Verdict.Limited, "not tried: sleep(1) does not start");
        using Descriptor process = new((int)LibC.syscall(SyscallTable.Native.PidFdOpen, child, 0, 0, 0, 0));
        if (process.IsInvalid)
            return new(Name, Verdict.Bad, $"pidfd_open fails: error {Marshal.GetLastPInvokeError()}", "Linux 5.6 or newer is needed.");
        bool added = false;
        process.DangerousAddRef(ref added);
        using Descriptor taken = new((int)LibC.syscall(SyscallTable.Native.PidFdGetFd, process.DangerousGetHandle(), 0, 0, 0, 0));
        int error = Marshal.GetLastPInvokeError();
        process.DangerousRelease();
        return taken.IsInvalid
            ? error == Linux.EPERM && !Reach.CopiesDescriptors
                ? new(Name, Verdict.Good, "refused, as in a container: eventfds of programs are made here instead, and a copy is kept")
                : new(Name, Verdict.Bad, $"refused: error {error}; interrupts by eventfd cannot work", PtraceAdvice)
            : new(Name, Verdict.Good, "can be taken");
    }

    public static Finding MemoryOf(TestSubject subject)
    {
        const string Name = "memory of a child (process_vm_readv)";
        if (subject.ProcessId is not { } child)
            return new(Name, Verdict.Limited, "not tried: sleep(1) does not start");
        string mapping = File.ReadLines($"/proc/{child}/maps").First();
        nuint address = nuint.Parse(mapping.AsSpan(0, mapping.IndexOf('-', StringComparison.Ordinal)), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte octet;
        iovec local = new() { iov_base = &octet, iov_len = 1 }, remote = new() { iov_base = (void*)address, iov_len = 1 };
        if (LibC.process_vm_readv(child, &local, 1, &remote, 1, 0) == 1)
            return new(Name, Verdict.Good, "can be read");
        int error = Marshal.GetLastPInvokeError();
        return !Reach.CopiesMemory && TaskMemory.Read(child, (ulong)address, &octet, 1)
            ? new(Name, Verdict.Limited, "refused, as in a container: everything goes through /proc/PID/mem instead, which takes longer from 8 KiB up")
            : new(Name, Verdict.Bad, $"refused: error {error}", PtraceAdvice);
    }

    public static Finding MemoryLayout()
    {
        const string Name = "layout of memory (PROCMAP_QUERY)";
        using Descriptor maps = LibC.open("/proc/self/maps", Linux.O_RDONLY | Linux.O_CLOEXEC);
        byte here;
        procmap_query query = new() { size = (ulong)sizeof(procmap_query), query_addr = (ulong)(nint)(&here) };
        return LibC.ioctl(maps, Linux.PROCMAP_QUERY, &query) == 0
            ? new(Name, Verdict.Good, "one question for each mapping crossed")
            : new(Name, Verdict.Limited, "not there (Linux 6.11 has it): the text of /proc/PID/maps is read instead, which takes longer for processes with many mappings");
    }
}
