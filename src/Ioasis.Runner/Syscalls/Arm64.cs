using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Syscalls;

/// <summary>arm64: asm-generic/unistd.h, asm-generic/stat.h, asm/fcntl.h. UNTESTED: it has never run on such a machine.</summary>
internal static class Arm64
{
    public static SyscallTable Table { get; } = new(
        (EventFd2, 19), (Dup, 23), (Dup3, 24), (FCntl, 25), (Ioctl, 29), (FAccessAt, 48), (OpenAt, 56), (Call.GetDents64, 61), (LSeek, 62), (Read, 63), (Write, 64),
        (ReadV, 65), (WriteV, 66), (PRead64, 67), (PWrite64, 68), (PReadV, 69), (PWriteV, 70), (ReadLinkAt, 78), (NewFStatAt, 79),
        (FStat, 80), (ExecVe, 221), (MMap, 222), (ExecVeAt, 281), (PReadV2, 286), (PWriteV2, 287), (StatX, 291), (IoUringSetup, 425), (OpenAt2, 437),
        (FAccessAt2, 439),
        // Calls that are rarer.
        (SetXAttr, 5), (LSetXAttr, 6), (FSetXAttr, 7), (GetXAttr, 8), (LGetXAttr, 9), (FGetXAttr, 10), (ListXAttr, 11), (LListXAttr, 12),
        (FListXAttr, 13), (RemoveXAttr, 14), (LRemoveXAttr, 15), (FRemoveXAttr, 16), (GetCwd, 17), (INotifyAddWatch, 27), (MkNodAt, 33),
        (MkDirAt, 34), (UnlinkAt, 35), (SymLinkAt, 36), (LinkAt, 37), (RenameAt, 38), (UMount2, 39), (Mount, 40), (StatFs, 43), (FStatFs, 44),
        (Truncate, 45), (ChDir, 49), (FChDir, 50), (ChRoot, 51), (FChMod, 52), (FChModAt, 53), (FChOwnAt, 54), (FChOwn, 55), (UTimensAt, 88),
        (Bind, 200), (Connect, 203), (FANotifyMark, 263), (NameToHandleAt, 264), (RenameAt2, 276), (OpenTree, 428), (MoveMount, 429),
        (FChModAt2, 452))
    {
        AuditArchitecture = 0xC00000B7,
        Seccomp = 277,
        PidFdOpen = 434,
        PidFdGetFd = 438,
        KCmp = 272,
        CapGet = 90,
        GetDents64 = 61,
        SetGroups = 159,
        PTrace = 117,
        ProcessVmReadV = 270,
        ProcessVmWriteV = 271,
        Close = 57,
        Registers = new RegisterLayout(Number: 64, Argument: 0, Result: 0, Instruction: 256, InstructionLength: 4, Original: -1), // asm/ptrace.h
        O_DIRECTORY = 0x4000,
        O_NOFOLLOW = 0x8000,
        Stat = new StatLayout
        {
            Size = 128, LinksOffset = 20, LinksSize = 4, ModeOffset = 16, UserOffset = 24, RawDeviceOffset = 32, BlockSizeOffset = 56, BlockSizeSize = 4,
        },
    };
}
