using System.Buffers.Text;

namespace Ioasis.Runner.Paths;

/// <summary>Names of descriptors: /proc/self/fd/N, /proc/thread-self/fd/N, /proc/ID/fd/N, /proc/ID/task/ID/fd/N, /dev/fd/N.</summary>
internal static class ProcDescriptor
{
    /// <summary>Recognises such a name, written without detours.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="self">The thread that asks.</param>
    /// <param name="owner">Whose descriptor it is: a thread or process.</param>
    /// <param name="descriptor">Its number.</param>
    public static bool TryParse(ReadOnlySpan<byte> path, int self, out int owner, out int descriptor)
    {
        owner = self;
        descriptor = 0;
        if (path.StartsWith("/dev/fd/"u8))
            return IsNumber(path[8..], out descriptor);
        if (!path.StartsWith("/proc/"u8))
            return false;
        ReadOnlySpan<byte> rest = path[6..];
        ReadOnlySpan<byte> who = Take(ref rest);
        if (!who.SequenceEqual("self"u8) && !who.SequenceEqual("thread-self"u8) && !IsNumber(who, out owner))
            return false;
        ReadOnlySpan<byte> what = Take(ref rest);
        if (what.SequenceEqual("task"u8))
        {
            if (!IsNumber(Take(ref rest), out owner))
                return false;
            what = Take(ref rest);
        }

        return what.SequenceEqual("fd"u8) && IsNumber(rest, out descriptor);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest)
    {
        int slash = rest.IndexOf((byte)'/');
        ReadOnlySpan<byte> first = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? default : rest[(slash + 1)..];
        return first;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text, out int number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && number >= 0;
}
