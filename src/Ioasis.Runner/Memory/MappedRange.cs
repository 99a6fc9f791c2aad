using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>One mapping (VMA) of a client's memory, as far as a question about it needs.</summary>
internal struct MappedRange
{
    /// <summary>First byte.</summary>
    public ulong Start;

    /// <summary>One past the last byte.</summary>
    public ulong End;

    public bool Readable;
    public bool Writable;

    /// <summary>MAP_SHARED.</summary>
    public bool Shared;

    /// <summary>Where in the file <see cref="Start"/> lies, in bytes.</summary>
    public ulong FileOffset;

    /// <summary>The file behind it; inode 0 for none.</summary>
    public FileId File;

    /// <summary>The size of its pages in bytes, where the kernel tells; else 0.</summary>
    public ulong PageSize;

    /// <summary>A kind of name that tells that this is no ordinary memory.</summary>
    public MappedName Name;

    public readonly bool Contains(ulong address) => address >= Start && address < End;
}

/// <summary>What the name of a mapping tells about it.</summary>
internal enum MappedName
{
    /// <summary>Memory: anonymous, or of a file.</summary>
    Ordinary,

    /// <summary>Pages of the kernel's own: [vvar], [vsyscall].</summary>
    Kernel,

    /// <summary>Memory in a file that has no name and no descriptor: MAP_SHARED|MAP_ANONYMOUS, System V shared memory.</summary>
    Nameless,

    /// <summary>A device or a kernel object; what lies behind must be tried.</summary>
    Device,
}
