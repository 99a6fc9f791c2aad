namespace Ioasis.Runner.Syscalls;

/// <summary>The system calls that the runner answers or must know about; their numbers are in <see cref="SyscallTable"/>.</summary>
internal enum Call : byte
{
    /// <summary>Any other call.</summary>
    None,

    // By path.
    Open,
    OpenAt,
    OpenAt2,
    Creat,
    Stat,
    LStat,
    NewFStatAt,
    StatX,
    Access,
    FAccessAt,
    FAccessAt2,
    ReadLink,
    ReadLinkAt,

    // By path, rarer: permissions, times, sizes, attributes.
    ChMod,
    FChModAt,
    FChModAt2,
    ChOwn,
    LChOwn,
    FChOwnAt,
    UTime,
    UTimes,
    FUTimesAt,
    UTimensAt,
    Truncate,
    SetXAttr,
    LSetXAttr,
    GetXAttr,
    LGetXAttr,
    ListXAttr,
    LListXAttr,
    RemoveXAttr,
    LRemoveXAttr,
    StatFs,
    FStatFs,

    // Names.
    MkDir,
    MkDirAt,
    MkNod,
    MkNodAt,
    RmDir,
    Unlink,
    UnlinkAt,
    SymLink,
    SymLinkAt,
    Link,
    LinkAt,
    Rename,
    RenameAt,
    RenameAt2,

    // Places.
    ChDir,
    GetCwd,
    ChRoot,

    // Watches, handles, mounts, sockets.
    INotifyAddWatch,
    FANotifyMark,
    NameToHandleAt,
    OpenTree,
    MoveMount,
    Mount,
    UMount2,
    Connect,
    Bind,

    // By descriptor.
    Ioctl,
    Read,
    Write,
    ReadV,
    WriteV,
    PRead64,
    PWrite64,
    PReadV,
    PWriteV,
    PReadV2,
    PWriteV2,
    LSeek,
    FStat,
    MMap,
    Dup,
    Dup2,
    Dup3,
    FCntl,
    GetDents64,
    FChDir,
    FChMod,
    FChOwn,
    FSetXAttr,
    FGetXAttr,
    FListXAttr,
    FRemoveXAttr,

    // New descriptors of other kinds: trapped only in runs that need it.
    EventFd,
    EventFd2,
    IoUringSetup,

    // The end of one image and the start of the next.
    ExecVe,
    ExecVeAt,
}
