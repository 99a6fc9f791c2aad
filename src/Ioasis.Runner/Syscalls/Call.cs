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
    FCntl,
    GetDents64,

    // The end of one image and the start of the next.
    ExecVe,
    ExecVeAt,
}
