using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Syscalls;

/// <summary>x86-64: asm/unistd_64.h, asm/stat.h, asm-generic/fcntl.h.</summary>
internal static class X64
{
    public static SyscallTable Table { get; } = new(
        (Read, 0), (Write, 1), (Open, 2), (Stat, 4), (FStat, 5), (LStat, 6), (LSeek, 8), (MMap, 9), (Ioctl, 16),
        (PRead64, 17), (PWrite64, 18), (ReadV, 19), (WriteV, 20), (Access, 21), (Dup, 32), (Dup2, 33), (ExecVe, 59), (FCntl, 72),
        (Creat, 85), (ReadLink, 89), (Call.GetDents64, 217), (OpenAt, 257), (NewFStatAt, 262), (ReadLinkAt, 267), (FAccessAt, 269),
        (EventFd, 284), (EventFd2, 290), (Dup3, 292), (PReadV, 295), (PWriteV, 296), (ExecVeAt, 322), (PReadV2, 327), (PWriteV2, 328), (StatX, 332),
        (IoUringSetup, 425), (OpenAt2, 437), (FAccessAt2, 439),
        // Calls that are rarer.
        (Connect, 42), (Bind, 49), (Truncate, 76), (GetCwd, 79), (ChDir, 80), (FChDir, 81), (Rename, 82), (MkDir, 83), (RmDir, 84), (Link, 86),
        (Unlink, 87), (SymLink, 88), (ChMod, 90), (FChMod, 91), (ChOwn, 92), (FChOwn, 93), (LChOwn, 94), (UTime, 132), (MkNod, 133), (StatFs, 137),
        (FStatFs, 138), (ChRoot, 161), (Mount, 165), (UMount2, 166), (SetXAttr, 188), (LSetXAttr, 189), (FSetXAttr, 190), (GetXAttr, 191),
        (LGetXAttr, 192), (FGetXAttr, 193), (ListXAttr, 194), (LListXAttr, 195), (FListXAttr, 196), (RemoveXAttr, 197), (LRemoveXAttr, 198),
        (FRemoveXAttr, 199), (UTimes, 235), (INotifyAddWatch, 254), (MkDirAt, 258), (MkNodAt, 259), (FChOwnAt, 260), (FUTimesAt, 261),
        (UnlinkAt, 263), (RenameAt, 264), (LinkAt, 265), (SymLinkAt, 266), (FChModAt, 268), (UTimensAt, 280), (FANotifyMark, 301),
        (NameToHandleAt, 303), (RenameAt2, 316), (OpenTree, 428), (MoveMount, 429), (FChModAt2, 452))
    {
        AuditArchitecture = 0xC000003E,
        X32 = new ForeignCalls(0xC000003E,
            (Read, 0x40000000), (Write, 0x40000001), (Open, 0x40000002), (MMap, 0x40000009), (PRead64, 0x40000011), (PWrite64, 0x40000012),
            (Creat, 0x40000055), (OpenAt, 0x40000101), (OpenAt2, 0x400001b5), (Ioctl, 0x40000202), (ReadV, 0x40000203), (WriteV, 0x40000204)),
        Foreign = new ForeignCalls(0x40000003, // AUDIT_ARCH_I386: asm/unistd_32.h
            (Read, 3), (Write, 4), (Open, 5), (Creat, 8), (Ioctl, 54), (ReadV, 145), (WriteV, 146), (PRead64, 180), (PWrite64, 181), (MMap, 192),
            (OpenAt, 295), (PReadV, 333), (PWriteV, 334), (PReadV2, 378), (PWriteV2, 379), (OpenAt2, 437)),
        Seccomp = 317,
        PidFdOpen = 434,
        PidFdGetFd = 438,
        KCmp = 312,
        CapGet = 125,
        GetDents64 = 217,
        SetGroups = 116,
        PTrace = 101,
        ProcessVmReadV = 310,
        ProcessVmWriteV = 311,
        Close = 3,
        Registers = new RegisterLayout(Number: 80, Argument: 112, Result: 80, Instruction: 128, InstructionLength: 2, Original: 120), // sys/user.h
        O_DIRECTORY = 0x10000,
        O_NOFOLLOW = 0x20000,
        Stat = new StatLayout
        {
            Size = 144, LinksOffset = 16, LinksSize = 8, ModeOffset = 24, UserOffset = 28, RawDeviceOffset = 40, BlockSizeOffset = 56, BlockSizeSize = 8,
        },
    };
}
