using System.Buffers.Text;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// What tells one eventfd from another: all of them share one inode, but the kernel numbers them, and shows the number in
/// /proc/PID/fdinfo (<c>eventfd-id</c>, Linux 5.2). It is not given again while anybody holds the eventfd.
/// </summary>
internal static unsafe class EventName
{
    private const int Room = 512;

    /// <summary>The number of the eventfd behind a descriptor of a thread.</summary>
    /// <returns>False when the descriptor is not open, or is no eventfd.</returns>
    public static bool TryRead(int thread, int descriptor, out int id)
    {
        ProcPath path = ProcPath.DescriptorFacts(thread, descriptor);
        using var file = new Descriptor(LibC.openat(Linux.AT_FDCWD, path.Text, Linux.O_RDONLY | Linux.O_CLOEXEC));
        id = 0;
        if (file.IsInvalid)
            return false;
        byte* text = stackalloc byte[Room];
        nint length = LibC.read(file, text, Room);
        return length > 0 && TryParse(new ReadOnlySpan<byte>(text, (int)length), out id);
    }

    /// <summary>Finds the number in what fdinfo says.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out int id)
    {
        ReadOnlySpan<byte> name = "eventfd-id:"u8;
        id = 0;
        int at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart((byte)' '), out id, out _);
    }
}
