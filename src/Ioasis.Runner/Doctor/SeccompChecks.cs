using System.Runtime.InteropServices;
using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Doctor;

/// <summary>Whether system calls of a program can be handed to us at all (seccomp(2), SECCOMP_RET_USER_NOTIF).</summary>
internal static unsafe class SeccompChecks
{
    private static readonly Version s_killableReceive = new(5, 19);
    private static readonly Version s_synchronousWake = new(6, 6);

    public static Finding Architecture()
    {
        Architecture architecture = RuntimeInformation.ProcessArchitecture;
        return architecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => new("architecture", Verdict.Good, "x86-64"),
            System.Runtime.InteropServices.Architecture.Arm64 => new(
                "architecture", Verdict.Limited, "arm64: its table of system calls is written but has never run", "Tell us how it goes."),
            _ => new("architecture", Verdict.Bad, $"{architecture}: no table of system calls", "Use an x86-64 machine."),
        };
    }

    public static Finding UserNotification()
    {
        const string Name = "seccomp user notification";
        uint action = Linux.SECCOMP_RET_USER_NOTIF;
        if (LibC.syscall(SyscallTable.Native.Seccomp, (nint)Linux.SECCOMP_GET_ACTION_AVAIL, 0, (nint)(&action), 0, 0) != 0)
        {
            return new(Name, Verdict.Bad, $"the kernel does not offer it: error {Marshal.GetLastPInvokeError()}",
                "A kernel with CONFIG_SECCOMP_FILTER is needed; in a container, one whose profile allows seccomp(2).");
        }

        Version kernel = Environment.OSVersion.Version;
        if (kernel < s_killableReceive)
        {
            return new(Name, Verdict.Bad, $"Linux {kernel}: without SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, signals lose or repeat calls",
                "Use Linux 5.19 or newer.");
        }

        return kernel < s_synchronousWake
            ? new(Name, Verdict.Limited, $"Linux {kernel}: works; calls cost up to a quarter more than on 6.6 or newer")
            : new(Name, Verdict.Good, $"Linux {kernel}: continue, descriptors, killable receive, synchronous wake-up");
    }

    public static Finding OuterFilters()
    {
        const string Name = "outer seccomp filters";
        string[] status = File.ReadAllLines("/proc/self/status");
        string count = status.FirstOrDefault(line => line.StartsWith("Seccomp_filters:", StringComparison.Ordinal))?.Split('\t')[^1] ?? "?";
        return count == "0"
            ? new(Name, Verdict.Good, "none")
            : new(Name, Verdict.Limited, $"{count} installed already",
                "A sandbox's or container's; the trial below shows whether one of them is in the way.");
    }
}
