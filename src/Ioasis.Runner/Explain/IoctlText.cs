using Ioasis.Engine.Memory;

namespace Ioasis.Runner.Explain;

/// <summary>An ioctl in words: its name and the fields of its structure.</summary>
internal static class IoctlText
{
    public static string Of(ClientMemory memory, string path, uint command, ulong argument) => $"{path} ioctl 0x{command:x}(0x{argument:x})";
}
