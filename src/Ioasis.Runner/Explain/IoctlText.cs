using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;

namespace Ioasis.Runner.Explain;

/// <summary>An ioctl in words: its name and the fields of its structure, as the caller's memory holds them now.</summary>
internal static class IoctlText
{
    public static string Of(ClientMemory memory, string path, uint command, ulong argument)
    {
        if (!IoctlNames.TryFind(path, command, out string name, out StructureWords? structure))
            return $"ioctl({path}, 0x{command:x}, 0x{argument:x})";
        if (structure is null)
            return $"{name}({FieldWords.OfArgument(command, argument)})";
        Span<byte> bytes = stackalloc byte[StructureText.Room];
        bytes.Clear();
        int read = memory.Read(new HostAddress(argument), bytes);
        // The first word of every structure says how much of it the caller has; what lies behind is something else.
        int size = (int)Math.Min(MemoryMarshal.Read<uint>(bytes), StructureText.Room);
        bytes[size..].Clear();
        return read < sizeof(uint) ? $"{name}(0x{argument:x})" : $"{name}({structure(command, bytes)})";
    }
}
