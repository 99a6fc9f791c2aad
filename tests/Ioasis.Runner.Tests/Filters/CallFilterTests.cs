using Ioasis.Runner.Filters;
using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Tests.Filters;

public sealed class CallFilterTests
{
    private const uint First = 768;
    private const ulong AtFdCwd = 0xffffffffffffff9c, Region = 1ul << 40;

    // The call by the name of its enum member: the type is not public.
    public static TheoryData<string, ulong[], bool> Calls => new()
    {
        { nameof(Call.OpenAt), [AtFdCwd, 1, 0], true },
        { nameof(Call.ExecVe), [1, 2, 3], true },
        { nameof(Call.ReadLinkAt), [AtFdCwd, 1, 2, 3], true },
        { nameof(Call.NewFStatAt), [AtFdCwd, 1, 2, 0], true },
        { nameof(Call.NewFStatAt), [3, 1, 2, Linux.AT_EMPTY_PATH], false },
        { nameof(Call.NewFStatAt), [First, 1, 2, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.NewFStatAt), [AtFdCwd, 1, 2, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.StatX), [3, 1, Linux.AT_EMPTY_PATH], false },
        { nameof(Call.StatX), [3, 1, 0], true },
        { nameof(Call.Ioctl), [3, 0x3B85], true },
        { nameof(Call.Ioctl), [3, 0xFFFF3B85], true },
        { nameof(Call.Ioctl), [3, 0x5401], false },
        { nameof(Call.Ioctl), [First, 0x5401], true },
        { nameof(Call.Read), [First - 1], false },
        { nameof(Call.Read), [First], true },
        { nameof(Call.Write), [ulong.MaxValue], false },
        { nameof(Call.FStat), [100000], true },
        { nameof(Call.PRead64), [3, 0, 8, Region - 1], false },
        { nameof(Call.PRead64), [3, 0, 8, Region], true },
        { nameof(Call.PWrite64), [First, 0, 8, 0], true },
        { nameof(Call.PWriteV2), [3, 0, 1, (7 * Region) + 4], true },
        { nameof(Call.MMap), [0, 4096, 3, 0x22, ulong.MaxValue, 0], false },
        { nameof(Call.MMap), [0, 4096, 3, 1, 5, 0], false },
        { nameof(Call.MMap), [0, 4096, 3, 1, First, 0], true },
        { nameof(Call.Dup), [First + 1], true },
        { nameof(Call.FCntl), [First, Linux.F_DUPFD_CLOEXEC], true },
        { nameof(Call.FCntl), [3, Linux.F_DUPFD], false },
        { nameof(Call.FCntl), [First, 1], false },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void AsksAboutTheseCallsOnEveryArchitecture(string name, ulong[] arguments, bool asks)
    {
        foreach (SyscallTable table in (SyscallTable[])[X64.Table, Arm64.Table])
        {
            int number = table.Numbers.Single(row => row.Call == Enum.Parse<Call>(name)).Number;
            uint outcome = BpfMachine.Run(CallFilter.Build(table, First), table.AuditArchitecture, number, arguments);
            Assert.Equal(asks ? Linux.SECCOMP_RET_USER_NOTIF : Linux.SECCOMP_RET_ALLOW, outcome);
        }
    }

    [Fact]
    public void LeavesOtherCallsAndOtherArchitecturesAlone()
    {
        const int CloseOnX64 = 3, OpenOnX64 = 2;
        sock_filter[] filter = CallFilter.Build(X64.Table, First);
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, X64.Table.AuditArchitecture, CloseOnX64, 800));
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, 0x40000003, OpenOnX64, 1)); // 32-bit x86
        Assert.Equal(Linux.SECCOMP_RET_USER_NOTIF, BpfMachine.Run(filter, X64.Table.AuditArchitecture, OpenOnX64, 1));
    }
}
