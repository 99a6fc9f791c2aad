namespace Ioasis.Engine.Memory;

/// <summary>
/// Bytes that follow each other in one memory, or in one file that memories share: what tells whether two addresses are the same
/// page, whoever's addresses they are. Ends are inclusive.
/// </summary>
/// <param name="Memory">Whose private memory it is; null for a shared file.</param>
/// <param name="Device">The file's device; 0 for private memory.</param>
/// <param name="Inode">The file's inode; 0 for private memory.</param>
/// <param name="First">First byte: a client address, or an offset in the file.</param>
/// <param name="Last">Last byte.</param>
public readonly record struct MemoryRun(object? Memory, ulong Device, ulong Inode, ulong First, ulong Last)
{
    /// <summary>Bytes.</summary>
    public ulong Length => Last - First + 1;

    /// <summary>Both lie in the same memory, or in the same file.</summary>
    public bool IsBeside(in MemoryRun other) =>
        ReferenceEquals(Memory, other.Memory) && Device == other.Device && Inode == other.Inode;
}
