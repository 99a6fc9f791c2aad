using System.Runtime.InteropServices;

namespace Ioasis.Cli.Output;

/// <summary>What kind of file a descriptor leads to: the kind's bits of stat(2)'s st_mode.</summary>
internal enum FileKind
{
    Unknown = 0,
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Ordinary = 0x8000,
    Socket = 0xc000,
}

/// <summary>Asks for it. statx(2), whose structure is the same on every architecture.</summary>
internal static partial class FileKinds
{
    private const int StructureSize = 256, ModeOffset = 28, KindMask = 0xf000;
    private const int EmptyPath = 0x1000;
    private const uint WantType = 1;

    public static unsafe FileKind Of(int descriptor)
    {
        byte* found = stackalloc byte[StructureSize];
        return Ask(descriptor, "", EmptyPath, WantType, found) != 0 ? FileKind.Unknown : (FileKind)(*(ushort*)(found + ModeOffset) & KindMask);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Ask(int descriptor, string path, int flags, uint mask, byte* found);
}
