using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Notifications;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Memory of a thread that waits for us to answer its call, for calls that need no more than that: paths in, stat structures out. It
/// goes by the thread's number; the answer to the call fails when the thread was killed meanwhile, and writing checks that first.
/// </summary>
internal static unsafe class CallMemory
{
    /// <summary>Reads bytes.</summary>
    /// <returns>Whether all could be read.</returns>
    public static bool Read(int thread, ulong address, void* into, int length) => TaskMemory.Read(thread, address, into, length);

    /// <summary>Reads a text that ends with a zero byte.</summary>
    /// <returns>Its length without the zero, or -1 when it cannot be read or is too long: the kernel finds out the same.</returns>
    public static int ReadText(int thread, ulong address, byte* into, int room)
    {
        const int FirstPart = 256, Page = 4096;
        int length = 0;
        while (length < room)
        {
            ulong at = address + (ulong)length;
            int part = (int)Math.Min((ulong)Math.Min(length == 0 ? FirstPart : Page, room - length), Page - (at & (Page - 1)));
            if (!Read(thread, at, into + length, part))
                return -1;
            int end = new ReadOnlySpan<byte>(into + length, part).IndexOf((byte)0);
            if (end >= 0)
                return length + end;
            length += part;
        }

        return -1;
    }

    /// <summary>Whether all bytes are there and zero; at most a page.</summary>
    public static bool IsZero(int thread, ulong address, int length)
    {
        byte* bytes = stackalloc byte[Math.Max(length, 1)];
        return length <= 0 || (Read(thread, address, bytes, length) && new ReadOnlySpan<byte>(bytes, length).IndexOfAnyExcept((byte)0) < 0);
    }

    /// <summary>Whether there is a byte.</summary>
    public static bool IsReadable(int thread, ulong address)
    {
        byte one;
        return Read(thread, address, &one, 1);
    }

    /// <summary>Writes bytes, if the thread still waits.</summary>
    /// <returns>Whether all could be written.</returns>
    public static bool Write(Listener listener, in seccomp_notif call, ulong address, void* from, int length) =>
        listener.IsValid(in call) && TaskMemory.Write(call.pid, address, from, length);
}
