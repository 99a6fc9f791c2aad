using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Syscalls;

/// <summary>x86-64: asm/unistd_64.h, asm/stat.h, asm-generic/fcntl.h.</summary>
internal static class X64
{
    public static SyscallTable Table { get; } = new(
        (Read, 0), (Write, 1), (Open, 2), (Stat, 4), (FStat, 5), (LStat, 6), (LSeek, 8), (MMap, 9), (Ioctl, 16),
        (PRead64, 17), (PWrite64, 18), (ReadV, 19), (WriteV, 20), (Access, 21), (Dup, 32), (ExecVe, 59), (FCntl, 72),
        (Creat, 85), (ReadLink, 89), (Call.GetDents64, 217), (OpenAt, 257), (NewFStatAt, 262), (ReadLinkAt, 267), (FAccessAt, 269),
        (PReadV, 295), (PWriteV, 296), (ExecVeAt, 322), (PReadV2, 327), (PWriteV2, 328), (StatX, 332), (OpenAt2, 437), (FAccessAt2, 439))
    {
        AuditArchitecture = 0xC000003E,
        Seccomp = 317,
        PidFdOpen = 434,
        PidFdGetFd = 438,
        KCmp = 312,
        CapGet = 125,
        GetDents64 = 217,
        O_DIRECTORY = 0x10000,
        O_NOFOLLOW = 0x20000,
        Stat = new StatLayout
        {
            Size = 144, LinksOffset = 16, LinksSize = 8, ModeOffset = 24, UserOffset = 28, RawDeviceOffset = 40, BlockSizeOffset = 56, BlockSizeSize = 8,
        },
    };
}
