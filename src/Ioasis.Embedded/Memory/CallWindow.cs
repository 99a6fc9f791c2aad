using System.Runtime.CompilerServices;

namespace Ioasis.Embedded.Memory;

/// <summary>
/// The argument or buffer of the call that this thread is making: bytes that are known to be there while the call lasts, so
/// they are copied without asking the kernel.
/// </summary>
internal readonly unsafe ref struct CallWindow
{
    [ThreadStatic]
    private static byte* t_start;

    [ThreadStatic]
    private static nuint t_length;

    private readonly byte* _outerStart;
    private readonly nuint _outerLength;

    /// <summary>Opens the window; dispose it on the same thread, while the bytes are still pinned.</summary>
    public CallWindow(byte* start, int length)
    {
        _outerStart = t_start;
        _outerLength = t_length;
        t_start = start;
        t_length = (nuint)length;
    }

    /// <summary>Whether a range lies in this thread's window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGet(ulong address, int length, out byte* pointer)
    {
        pointer = (byte*)address;
        nuint offset = (nuint)(address - (ulong)t_start);
        return offset <= t_length && (nuint)length <= t_length - offset;
    }

    public void Dispose()
    {
        t_start = _outerStart;
        t_length = _outerLength;
    }
}
