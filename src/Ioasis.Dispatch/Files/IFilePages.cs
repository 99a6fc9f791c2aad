namespace Ioasis.Dispatch.Files;

/// <summary>
/// Memory of an emulated file that this process and the clients that mmap(2) the file see alike. Offsets and lengths are bytes,
/// multiples of the page size.
/// </summary>
/// <remarks>Any thread, until the file is released.</remarks>
public unsafe interface IFilePages
{
    /// <summary>The memory behind a range of the file: the same for the same range, zero where nobody has written.</summary>
    /// <returns>Null when the system has no room for it. Otherwise it stays where it is until the file is released.</returns>
    byte* Map(ulong offset, ulong length);

    /// <summary>Whether some client has a byte of the range mapped now. Slow once a client has mapped it; fast before.</summary>
    bool IsMapped(ulong offset, ulong length);
}
