using System.Text;
using Ioasis.Runner.Native;

namespace Ioasis.Runner;

/// <summary>
/// Lines for the user on standard error, by write(2) alone. Whatever is wrong with it (closed, full, a pipe that nobody reads) is nobody's
/// concern: the line is lost, and everything goes on.
/// </summary>
/// <remarks>Thread-safe; one line at a time. Allocates nothing.</remarks>
public static unsafe class StandardError
{
    private const int Number = 2;
    private const int Room = 1024; // bytes of a part; a line is written in as few parts as it needs
    private const int PatienceMilliseconds = 1000;

    private static readonly Lock s_lock = new();

    /// <summary>What was started without standard error finds a file of the runtime's own at its number, which is close-on-exec.</summary>
    private static readonly bool s_isThere = LibC.fcntl(Number, Linux.F_GETFD, 0) is >= 0 and var flags && (flags & Linux.FD_CLOEXEC) == 0;

    private static bool s_isStalled; // under the lock

    /// <summary>Writes a line.</summary>
    public static void WriteLine(string text)
    {
        if (!s_isThere)
            return;
        byte* bytes = stackalloc byte[Room];
        lock (s_lock)
        {
            ReadOnlySpan<char> left = text;
            do
            {
                int characters = Math.Min(left.Length, (Room / 3) - 1);
                if (characters < left.Length && characters > 0 && char.IsHighSurrogate(left[characters - 1]))
                    characters--;
                int count = Encoding.UTF8.GetBytes(left[..characters], new Span<byte>(bytes, Room));
                left = left[characters..];
                if (left.IsEmpty)
                    bytes[count++] = (byte)'\n';
                if (!TryWrite(bytes, count))
                    return;
            }
            while (!left.IsEmpty);
        }
    }

    /// <summary>A reader that does not read is waited for, but only once: after that lines are lost until it reads again.</summary>
    private static bool TryWrite(byte* bytes, int count)
    {
        while (count > 0)
        {
            var poll = new pollfd { fd = Number, events = Linux.POLLOUT };
            if (LibC.poll(&poll, 1, s_isStalled ? 0 : PatienceMilliseconds) <= 0)
            {
                s_isStalled = true;
                return false;
            }

            s_isStalled = false;
            nint written = LibC.write(Number, bytes, (nuint)count);
            if (written <= 0)
                return false;
            bytes += written;
            count -= (int)written;
        }

        return true;
    }
}
