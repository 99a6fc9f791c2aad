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
        { nameof(Call.NewFStatAt), [3, 1, 2, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.NewFStatAt), [First, 1, 2, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.NewFStatAt), [AtFdCwd, 1, 2, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.StatX), [3, 1, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.StatX), [3, 1, 0], true },
        { nameof(Call.Ioctl), [3, 0x3B85], true },
        { nameof(Call.Ioctl), [3, 0xFFFF3B85], true },
        { nameof(Call.Ioctl), [3, 0x5401], false },
        { nameof(Call.Ioctl), [First, 0x5401], true },
        { nameof(Call.Read), [First - 1], false },
        { nameof(Call.Read), [First], true },
        { nameof(Call.Write), [ulong.MaxValue], false },
        { nameof(Call.FStat), [100000], true },
        { nameof(Call.FStat), [3], true },
        { nameof(Call.FStat), [0], true },
        { nameof(Call.NewFStatAt), [2, 1, 2, Linux.AT_EMPTY_PATH], true },
        { nameof(Call.PRead64), [3, 0, 9, Region - 1], false },
        { nameof(Call.PRead64), [3, 0, 8, 0], true },
        { nameof(Call.PRead64), [3, 0, (1ul << 32) + 8, 0], false },
        { nameof(Call.PWrite64), [3, 0, 64, 0], false },
        { nameof(Call.Dup3), [5, 6, 0], false },
        { nameof(Call.Dup3), [First, 6, 0], true },
        { nameof(Call.Ioctl), [3, 0x4018AEE1], true },
        { nameof(Call.Ioctl), [3, 0xAE80], false },
        { nameof(Call.IoUringSetup), [8, 0], true },
        { nameof(Call.EventFd2), [0, 0], true },
        { nameof(Call.PRead64), [3, 0, 8, Region], true },
        { nameof(Call.PWrite64), [First, 0, 8, 0], true },
        { nameof(Call.PWriteV2), [3, 0, 1, (7 * Region) + 4], true },
        { nameof(Call.MMap), [0, 4096, 3, 0x22, ulong.MaxValue, 0], false },
        { nameof(Call.MMap), [0, 4096, 3, 2, 5, 0], false },
        { nameof(Call.MMap), [0, 4096, 3, 0x22, 5, 0], false },
        { nameof(Call.MMap), [0, 4096, 3, 0x21, 0, 0], false },
        { nameof(Call.MMap), [0, 4096, 3, 1, 5, 0], true },
        { nameof(Call.MMap), [0, 4096, 3, 1, First, 0], true },
        { nameof(Call.Dup), [First + 1], true },
        { nameof(Call.FCntl), [First, Linux.F_DUPFD_CLOEXEC], true },
        { nameof(Call.FCntl), [3, Linux.F_DUPFD], false },
        { nameof(Call.FCntl), [First, 1], false },
        { nameof(Call.FCntl), [First, Linux.F_GETFL], true },
        { nameof(Call.FCntl), [3, Linux.F_GETFL], false },
        { nameof(Call.FChModAt2), [AtFdCwd, 1, 2, 3], true },
        { nameof(Call.FStatFs), [3, 1], true },
        { nameof(Call.FChMod), [3, 1], false },
        { nameof(Call.FChDir), [First], true },
        { nameof(Call.ChDir), [1], true },
        { nameof(Call.LinkAt), [AtFdCwd, 1, AtFdCwd, 2, 0], true },
        { nameof(Call.OpenTree), [AtFdCwd, 1, 0], true },
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
    public void CallsThatPassInARunDoNotStop()
    {
        const int EventFd2OnX64 = 290, SetUpOnX64 = 425;
        sock_filter[] filter = CallFilter.Build(X64.Table, First, call => call is Call.EventFd or Call.EventFd2 or Call.IoUringSetup);
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, X64.Table.AuditArchitecture, EventFd2OnX64, 0, 0));
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, X64.Table.AuditArchitecture, SetUpOnX64, 8, 0));
    }

    [Fact]
    public void EveryNumberIsWatchedWhenAskedFor()
    {
        const int ReadOnX64 = 0, FStatOnX64 = 5;
        sock_filter[] filter = CallFilter.Build(X64.Table, 0);
        Assert.Equal(Linux.SECCOMP_RET_USER_NOTIF, BpfMachine.Run(filter, X64.Table.AuditArchitecture, ReadOnX64, 5));
        Assert.Equal(Linux.SECCOMP_RET_USER_NOTIF, BpfMachine.Run(filter, X64.Table.AuditArchitecture, FStatOnX64, 5));
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, X64.Table.AuditArchitecture, ReadOnX64, ulong.MaxValue));
    }

    [Theory]
    [InlineData(0x40000003, 5, new ulong[] { 1, 2 }, true)] // open
    [InlineData(0x40000003, 54, new ulong[] { 3, 0x3B85 }, true)] // ioctl
    [InlineData(0x40000003, 54, new ulong[] { 3, 0x5401 }, false)]
    [InlineData(0x40000003, 3, new ulong[] { 3 }, false)] // read
    [InlineData(0x40000003, 3, new ulong[] { First }, true)]
    [InlineData(0x40000003, 180, new ulong[] { 3, 0, 4, 0, 0x100 }, true)] // pread64
    [InlineData(0x40000003, 180, new ulong[] { 3, 0, 4, 0, 0 }, false)]
    [InlineData(0x40000003, 1, new ulong[] { 0 }, false)] // exit
    [InlineData(0xC000003E, 0x40000101, new ulong[] { AtFdCwd, 1, 2 }, true)] // x32: openat
    [InlineData(0xC000003E, 0x40000003, new ulong[] { First }, false)] // x32: close
    public void OfThirtyTwoBitProgramsOnlyWhatMayReachUsStops(uint architecture, int number, ulong[] arguments, bool asks)
    {
        uint outcome = BpfMachine.Run(CallFilter.Build(X64.Table, First), architecture, number, arguments);
        Assert.Equal(asks ? Linux.SECCOMP_RET_USER_NOTIF : Linux.SECCOMP_RET_ALLOW, outcome);
    }

    [Fact]
    public void LeavesOtherCallsAndOtherArchitecturesAlone()
    {
        const int CloseOnX64 = 3, OpenOnX64 = 2;
        sock_filter[] filter = CallFilter.Build(X64.Table, First);
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, X64.Table.AuditArchitecture, CloseOnX64, 800));
        Assert.Equal(Linux.SECCOMP_RET_ALLOW, BpfMachine.Run(filter, 0x40000028, OpenOnX64, 1)); // 32-bit Arm
        Assert.Equal(Linux.SECCOMP_RET_USER_NOTIF, BpfMachine.Run(filter, X64.Table.AuditArchitecture, OpenOnX64, 1));
    }
}
