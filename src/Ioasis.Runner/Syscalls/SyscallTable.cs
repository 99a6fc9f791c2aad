using System.Runtime.InteropServices;

namespace Ioasis.Runner.Syscalls;

/// <summary>
/// What differs between architectures: call numbers, a few flags, and the layout of struct stat. One static instance an
/// architecture (<see cref="X64"/>, <see cref="Arm64"/>); the seccomp filter, the notification loop and this process's own raw calls are
/// made from it.
/// </summary>
internal sealed class SyscallTable
{
    private readonly Call[] _calls;

    /// <param name="numbers">Number of each call that clients make; one that the architecture lacks is left out.</param>
    public SyscallTable(params (Call Call, int Number)[] numbers)
    {
        Numbers = numbers;
        int last = 0;
        foreach ((Call _, int number) in numbers)
            last = Math.Max(last, number);
        _calls = new Call[last + 1];
        foreach ((Call call, int number) in numbers)
            _calls[number] = call;
    }

    /// <summary>The table of the architecture that this process runs on.</summary>
    public static SyscallTable Native { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64.Table,
        Architecture.Arm64 => Arm64.Table,
        _ => throw new PlatformNotSupportedException(
            $"ioasis run knows the system calls of x86-64 and arm64, not of {RuntimeInformation.ProcessArchitecture}"),
    };

    public (Call Call, int Number)[] Numbers { get; }

    /// <summary>AUDIT_ARCH_* of linux/audit.h.</summary>
    public required uint AuditArchitecture { get; init; }

    /// <summary>The 32-bit programs that such a machine runs too; null when their calls are not known here.</summary>
    public ForeignCalls? Foreign { get; init; }

    /// <summary>x32: programs with 32-bit pointers whose calls come under the native architecture, numbered from <see cref="X32Bit"/> up.</summary>
    public ForeignCalls? X32 { get; init; }

    // Calls that this process makes by number.
    public required int Seccomp { get; init; }
    public required int PidFdOpen { get; init; }
    public required int PidFdGetFd { get; init; }
    public required int KCmp { get; init; }
    public required int CapGet { get; init; }
    public required int GetDents64 { get; init; }

    public required int SetGroups { get; init; }
    public required int PTrace { get; init; }

    // Calls of this process that are recognised by number.
    public required int ProcessVmReadV { get; init; }
    public required int ProcessVmWriteV { get; init; }

    /// <summary>close(2), which a client is made to call.</summary>
    public required int Close { get; init; }

    public required RegisterLayout Registers { get; init; }

    // Flags of open(2) whose values differ.
    public required int O_DIRECTORY { get; init; }
    public required int O_NOFOLLOW { get; init; }

    /// <summary>The bit of O_TMPFILE that is not O_DIRECTORY; the same everywhere.</summary>
    public const int O_TMPFILE = 0x400000;

    public required StatLayout Stat { get; init; }

    /// <summary>Set in the numbers of x32 calls (__X32_SYSCALL_BIT of asm/unistd.h), and in no others.</summary>
    public const int X32Bit = 0x40000000;

    /// <summary>The call is of a program whose calls are not served.</summary>
    public bool IsForeign(uint architecture, int number) => architecture != AuditArchitecture || (number & X32Bit) != 0;

    /// <summary>The call of such a program.</summary>
    public Call ForeignCallOf(uint architecture, int number) =>
        (architecture == AuditArchitecture ? X32 : architecture == Foreign?.AuditArchitecture ? Foreign : null)?.CallOf(number) ?? Call.None;

    /// <summary>The number of a call; -1 when the architecture lacks it.</summary>
    public int NumberOf(Call call) => Array.IndexOf(_calls, call);

    /// <summary>The call with this number.</summary>
    public Call CallOf(int number) => (uint)number < (uint)_calls.Length ? _calls[number] : Call.None;
}
