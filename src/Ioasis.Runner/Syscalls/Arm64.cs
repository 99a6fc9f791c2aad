using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Syscalls;

/// <summary>arm64: asm-generic/unistd.h, asm-generic/stat.h, asm/fcntl.h. UNTESTED: it has never run on such a machine.</summary>
internal static class Arm64
{
    public static SyscallTable Table { get; } = new(
        (EventFd2, 19), (Dup, 23), (Dup3, 24), (FCntl, 25), (Ioctl, 29), (FAccessAt, 48), (OpenAt, 56), (Call.GetDents64, 61), (LSeek, 62), (Read, 63), (Write, 64),
        (ReadV, 65), (WriteV, 66), (PRead64, 67), (PWrite64, 68), (PReadV, 69), (PWriteV, 70), (ReadLinkAt, 78), (NewFStatAt, 79),
        (FStat, 80), (ExecVe, 221), (MMap, 222), (ExecVeAt, 281), (PReadV2, 286), (PWriteV2, 287), (StatX, 291), (IoUringSetup, 425), (OpenAt2, 437),
        (FAccessAt2, 439))
    {
        AuditArchitecture = 0xC00000B7,
        Seccomp = 277,
        PidFdOpen = 434,
        PidFdGetFd = 438,
        KCmp = 272,
        CapGet = 90,
        GetDents64 = 61,
        O_DIRECTORY = 0x4000,
        O_NOFOLLOW = 0x8000,
        Stat = new StatLayout
        {
            Size = 128, LinksOffset = 20, LinksSize = 4, ModeOffset = 16, UserOffset = 24, RawDeviceOffset = 32, BlockSizeOffset = 56, BlockSizeSize = 4,
        },
    };
}
