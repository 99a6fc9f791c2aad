namespace Ioasis.Conformance.Programs;

/// <summary>
/// What an instruction of a player does. The lower-case name is the word in a program's text; the operands stand behind each.
/// Instructions with an outcome leave their result in register 0: what the call returned, or minus the errno.
/// </summary>
public enum Opcode
{
    /// <summary>register value</summary>
    Set,

    /// <summary>address size value: 1, 2, 4 or 8 bytes, little end first.</summary>
    Put,

    /// <summary>register address size</summary>
    Get,

    /// <summary>address length</summary>
    Zero,

    /// <summary>address length seed: bytes that differ from place to place.</summary>
    Fill,

    /// <summary>address length protection kind descriptor offset: mmap at exactly this address; kind is <see cref="MapKind"/>.</summary>
    Map,

    /// <summary>address length</summary>
    Unmap,

    /// <summary>address length protection</summary>
    Protect,

    /// <summary>address length: prints the bytes.</summary>
    Show,

    /// <summary>flags path</summary>
    Open,

    /// <summary>descriptor</summary>
    Close,

    /// <summary>descriptor request argument window: prints which words of the window changed.</summary>
    Ioctl,

    /// <summary>descriptor address length</summary>
    Read,

    /// <summary>descriptor address length</summary>
    Write,

    /// <summary>descriptor address length offset</summary>
    Pread,

    /// <summary>descriptor address length offset</summary>
    Pwrite,

    /// <summary>descriptor events milliseconds: the result is what poll says of it, 0 for nothing.</summary>
    Poll,

    /// <summary>flags</summary>
    Memfd,

    /// <summary>descriptor length</summary>
    Truncate,

    /// <summary>descriptor seals</summary>
    Seal,

    /// <summary>count flags</summary>
    Eventfd,

    /// <summary>descriptor</summary>
    Dup,

    /// <summary>descriptor: into the case's own socket, with SCM_RIGHTS.</summary>
    Send,

    /// <summary>No operand: the next descriptor out of that socket.</summary>
    Receive,

    /// <summary>bytes: RLIMIT_MEMLOCK.</summary>
    Memlock,

    /// <summary>capability number: out of the effective and the permitted set.</summary>
    Drop,

    /// <summary>No operand: a second process does what follows, up to <see cref="Exit"/>, while the first one waits.</summary>
    Fork,

    /// <summary>No operand: the second process ends.</summary>
    Exit,

    /// <summary>No operand: the second process lets the first one go on, and waits for <see cref="Resume"/>.</summary>
    Pause,

    /// <summary>No operand: the first process waits until the second one pauses again or ends.</summary>
    Resume,
}

/// <summary>The kind of a memory mapping: one bit each.</summary>
[Flags]
public enum MapKind
{
    /// <summary>Private and anonymous.</summary>
    Private = 0,

    /// <summary>Shared (anonymous when there is no descriptor).</summary>
    Shared = 1,

    /// <summary>Of huge pages; the case is skipped where there are none.</summary>
    Huge = 2,

    /// <summary>Of a descriptor.</summary>
    File = 4,
}
