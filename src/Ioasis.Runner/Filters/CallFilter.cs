using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Filters;

/// <summary>
/// The seccomp filter of a client: which system calls stop and ask this process. A filter sees numbers only, so calls by path stop
/// always; calls by descriptor stop when the number is one that emulated files are given (see <see cref="FileNumbers"/>), at no cost to
/// other descriptors; ioctls of the iommufd and VFIO type, accesses to a region's offset or as small as a register, and shared mappings
/// of files stop at any number. Of 32-bit programs only what could reach an emulated file stops, to be refused.
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

    /// <summary>Bytes of the widest register.</summary>
    private const uint LargestRegister = 8;

    /// <summary>
    /// Standard output, where a shell puts a file of sysfs before it writes (<c>echo 1 > …/remove</c>): short writes to it stop too, as
    /// those files tell by their errno what has become of a write.
    /// </summary>
    public const int Output = 1;

    /// <summary>The longest such write, in bytes.</summary>
    public const uint ShortWrite = 256;

    private const string Ask = "ask", Allow = "allow";

    /// <param name="table">The architecture.</param>
    /// <param name="firstNumber">The lowest descriptor that an emulated file is given, inclusive.</param>
    /// <param name="passes">Whether a call does not stop in this run, whatever its arguments are; null when each does.</param>
    public static sock_filter[] Build(SyscallTable table, uint firstNumber, Func<Call, bool>? passes = null)
    {
        var program = new BpfProgram();
        program.LoadArchitecture();
        program.JumpIfEqual(table.AuditArchitecture, "known architecture");
        if (table.Foreign is { } foreign)
        {
            program.JumpIfEqual(foreign.AuditArchitecture, "32-bit");
            program.Return(Linux.SECCOMP_RET_ALLOW);
            program.Label("32-bit");
            program.LoadNumber();
            JumpToRules(program, foreign, highOffset: "32-bit positioned");
        }

        program.Return(Linux.SECCOMP_RET_ALLOW);

        program.Label("known architecture");
        program.LoadNumber();
        foreach ((Call call, int number) in table.Numbers)
        {
            if (!IsRare(call) && passes?.Invoke(call) is not true)
                program.JumpIfEqual((uint)number, RuleOf(call));
        }

        if (table.X32 is { } x32)
        {
            program.JumpIfAnyBit(SyscallTable.X32Bit, "x32");
            program.JumpIfAtLeast(0, "rarer calls");
            program.Label("x32");
            JumpToRules(program, x32, highOffset: "at offset");
            program.Return(Linux.SECCOMP_RET_ALLOW);
        }

        program.JumpIfAtLeast(0, "rarer calls");

        // Whoever was passed a descriptor of ours is told by it what it is, so it is asked about at any number.
        program.Label("fstat");
        program.LoadArgument(0);
        program.JumpIfAtLeast(NoDescriptor, Allow);
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);

        program.Label("ioctl");
        program.LoadArgument(1);
        program.JumpIfEqual(Linux.KVM_SET_DEVICE_ATTR, Ask);
        program.And(0xff00);
        program.JumpIfEqual(IoctlType, Ask);
        AskIfDescriptor(program, "descriptor", 0, firstNumber);

        // Registers are read and written by one to eight bytes, ordinary files hardly ever. So BAR 0, at offset 0, works at any number.
        program.Label("register");
        program.LoadArgumentHigh(2);
        program.JumpIfAtLeast(1, "at offset");
        program.LoadArgument(2);
        program.JumpIfAtLeast(LargestRegister + 1, "at offset");
        program.LoadArgument(0);
        program.JumpIfAtLeast(NoDescriptor, Allow);
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);

        program.Label("32-bit positioned"); // (fd, buffer, count, low word, high word)
        program.LoadArgument(4);
        program.JumpIfAtLeast((uint)(FirstRegionOffset >> 32), Ask);
        AskIfDescriptor(program, "32-bit at position", 0, firstNumber);

        program.Label("at offset");
        program.LoadArgumentHigh(3);
        program.JumpIfAtLeast((uint)(FirstRegionOffset >> 32), Ask);
        AskIfDescriptor(program, "positioned", 0, firstNumber);

        program.Label("write");
        program.LoadArgument(2);
        program.JumpIfAtLeast(ShortWrite + 1, "written");
        program.LoadArgument(0);
        program.JumpIfEqual(Output, Ask);
        AskIfDescriptor(program, "written", 0, firstNumber);

        program.Label("fcntl");
        program.LoadArgument(1);
        program.JumpIfEqual(Linux.F_DUPFD, "duplicate");
        program.JumpIfEqual(Linux.F_DUPFD_CLOEXEC, "duplicate");
        program.JumpIfEqual(Linux.F_GETFL, "duplicate");
        program.Return(Linux.SECCOMP_RET_ALLOW);
        AskIfDescriptor(program, "duplicate", 0, firstNumber);

        // A device is mapped shared, which few ordinary files are: that is checked at any number.
        program.Label("mmap");
        program.LoadArgument(4);
        program.JumpIfAtLeast(NoDescriptor, Allow);
        program.JumpIfAtLeast(firstNumber, Ask);
        program.LoadArgument(3);
        program.JumpIfAnyBit(Linux.MAP_ANONYMOUS, Allow);
        program.And(Linux.MAP_TYPE);
        program.JumpIfEqual(Linux.MAP_PRIVATE, Allow);

        program.Label(Ask);
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);
        program.Label(Allow);
        program.Return(Linux.SECCOMP_RET_ALLOW);

        // Last, as jumps are short, and the calls before it are made more often.
        program.Label("rarer calls");
        foreach ((Call call, int number) in table.Numbers)
        {
            if (IsRare(call) && passes?.Invoke(call) is not true)
                program.JumpIfEqual((uint)number, IsOfDescriptor(call) ? "rarer, of a descriptor" : "rarer, by path");
        }

        program.Return(Linux.SECCOMP_RET_ALLOW);
        program.Label("rarer, of a descriptor");
        program.LoadArgument(0);
        program.JumpIfAtLeast(NoDescriptor, "rarer, allowed");
        program.JumpIfAtLeast(firstNumber, "rarer, by path");
        program.Label("rarer, allowed");
        program.Return(Linux.SECCOMP_RET_ALLOW);
        program.Label("rarer, by path");
        program.Return(Linux.SECCOMP_RET_USER_NOTIF);
        return program.Assemble();
    }

    private static void JumpToRules(BpfProgram program, ForeignCalls calls, string highOffset)
    {
        foreach ((Call call, int number) in calls.Numbers)
        {
            string rule = call switch
            {
                PRead64 or PWrite64 or PReadV or PWriteV or PReadV2 or PWriteV2 => highOffset,
                Write => "descriptor",
                _ => RuleOf(call),
            };
            program.JumpIfEqual((uint)number, rule);
        }
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

    /// <summary>Calls that programs make now and then: they stop always, or on our descriptors.</summary>
    private static bool IsRare(Call call) => call is >= ChMod and <= Bind || IsOfDescriptor(call);

    private static bool IsOfDescriptor(Call call) => call is FChDir or FChMod or FChOwn or FSetXAttr or FGetXAttr or FListXAttr or FRemoveXAttr;

    private static string RuleOf(Call call) => call switch
    {
        Ioctl => "ioctl",
        PRead64 or PWrite64 => "register",
        PReadV or PWriteV or PReadV2 or PWriteV2 => "at offset",
        FStat => "fstat",
        Write => "write",
        Read or ReadV or WriteV or LSeek or Dup or Dup2 or Dup3 or GetDents64 => "descriptor",
        FCntl => "fcntl",
        MMap => "mmap",
        _ => Ask,
    };
}
