using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Filters;

/// <summary>
/// The seccomp filter of a client: which system calls stop and ask this process. A filter sees numbers only, so calls by path stop
/// always; calls by descriptor stop when the number is one that emulated files are given (see <see cref="FileNumbers"/>), at no cost to
/// other descriptors; ioctls of the iommufd and VFIO type and accesses to a region's offset stop at any number.
/// </summary>
internal static class CallFilter
{
    /// <summary>The ioctl type (second byte) that iommufd and VFIO share: ';'.</summary>
    public const uint IoctlType = 0x3B00;

    /// <summary>
    /// Offsets from here up belong to regions of devices: their number is in the bits above. BAR0, below, is seen by the descriptor's number.
    /// </summary>
    public const ulong FirstRegionOffset = 1ul << 40;

    /// <summary>Above every number that a descriptor can have: -1 and AT_FDCWD are no descriptors.</summary>
    private const uint NoDescriptor = 0x40000000;

    private const string Ask = "ask", Allow = "allow";

    /// <param name="table">The architecture.</param>
    /// <param name="firstNumber">The lowest descriptor that an emulated file is given, inclusive.</param>
    public static sock_filter[] Build(SyscallTable table, uint firstNumber)
    {
        var program = new BpfProgram();
        program.LoadArchitecture();
        program.JumpIfEqual(table.AuditArchitecture, "known architecture");
        program.Return(Linux.SECCOMP_RET_ALLOW);

        program.Label("known architecture");
        program.LoadNumber();
        foreach ((Call call, int number) in table.Numbers)
            program.JumpIfEqual((uint)number, RuleOf(call));
        program.Return(Linux.SECCOMP_RET_ALLOW);

        // fstat as C libraries write it: newfstatat(fd, "", …, AT_EMPTY_PATH). Frequent, and of interest for our numbers only.
        program.Label("newfstatat");
        program.LoadArgument(3);
        program.JumpIfAnyBit(Linux.AT_EMPTY_PATH, "path may be empty");
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);
        program.Label("statx");
        program.LoadArgument(2);
        program.JumpIfAnyBit(Linux.AT_EMPTY_PATH, "path may be empty");
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);
        program.Label("path may be empty");
        program.LoadArgument(0);
        program.JumpIfAtLeast(firstNumber, Ask);
        program.Return(Linux.SECCOMP_RET_ALLOW);

        program.Label("ioctl");
        program.LoadArgument(1);
        program.And(0xff00);
        program.JumpIfEqual(IoctlType, Ask);
        AskIfDescriptor(program, "descriptor", 0, firstNumber);

        program.Label("at offset");
        program.LoadArgumentHigh(3);
        program.JumpIfAtLeast((uint)(FirstRegionOffset >> 32), Ask);
        AskIfDescriptor(program, "positioned", 0, firstNumber);

        program.Label("fcntl");
        program.LoadArgument(1);
        program.JumpIfEqual(Linux.F_DUPFD, "duplicate");
        program.JumpIfEqual(Linux.F_DUPFD_CLOEXEC, "duplicate");
        program.Return(Linux.SECCOMP_RET_ALLOW);
        AskIfDescriptor(program, "duplicate", 0, firstNumber);

        AskIfDescriptor(program, "mmap", 4, firstNumber);

        program.Label(Ask);
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);
        program.Label(Allow);
        program.Return(Linux.SECCOMP_RET_ALLOW);
        return program.Assemble();
    }

    /// <summary>Asks when the argument is a descriptor from <paramref name="firstNumber"/> up; ends the rule.</summary>
    private static void AskIfDescriptor(BpfProgram program, string label, int argument, uint firstNumber)
    {
        program.Label(label);
        program.LoadArgument(argument);
        program.JumpIfAtLeast(NoDescriptor, Allow);
        program.JumpIfAtLeast(firstNumber, Ask);
        program.Return(Linux.SECCOMP_RET_ALLOW);
    }

    private static string RuleOf(Call call) => call switch
    {
        NewFStatAt => "newfstatat",
        StatX => "statx",
        Ioctl => "ioctl",
        PRead64 or PWrite64 or PReadV or PWriteV or PReadV2 or PWriteV2 => "at offset",
        Read or Write or ReadV or WriteV or LSeek or FStat or Dup or GetDents64 => "descriptor",
        FCntl => "fcntl",
        MMap => "mmap",
        _ => Ask,
    };
}
