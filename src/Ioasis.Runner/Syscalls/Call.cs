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

    // New descriptors of other kinds: trapped only in runs that need it.
    EventFd,
    EventFd2,
    IoUringSetup,

    // The end of one image and the start of the next.
    ExecVe,
    ExecVeAt,
}
