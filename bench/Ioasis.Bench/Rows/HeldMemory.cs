using System.Runtime.InteropServices;

namespace Ioasis.Bench.Rows;

/// <summary>Bytes that this process holds: objects that are alive, and what the C library has given out, which is where native memory comes from.</summary>
internal static partial class HeldMemory
{
    /// <summary>What is held now, after a full collection.</summary>
    public static long Now() => GC.GetTotalMemory(forceFullCollection: true) + Native();

    /// <summary>Bytes that each of so many things takes.</summary>
    public static double Each(int count, Action<int> make)
    {
        long before = Now();
        for (int i = 0; i < count; i++)
            make(i);
        return (Now() - before) / (double)count;
    }

    /// <summary>
    /// Bytes that are held after doing something a million times, more than before; the least of a few times a million, as the runtime's
    /// own memory comes and goes.
    /// </summary>
    public static double Grown(Action<int> once)
    {
        Least grown = new();
        for (int round = 0; round < 4; round++)
        {
            long before = Now();
            for (int i = 0; i < 1_000_000; i++)
                once(i);
            grown.Take(Math.Max(Now() - before, 0));
        }

        return grown.Value;
    }

    /// <summary>0 where the C library does not tell.</summary>
    private static long Native()
    {
        try
        {
            MallInfo info = MallInfo2();
            return (long)(info.InUse + info.Mapped);
        }
        catch (EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MallInfo MallInfo2();

    /// <summary>struct mallinfo2 of glibc: ten words.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    private struct MallInfo
    {
        /// <summary>hblkhd: blocks that are mappings of their own.</summary>
        [FieldOffset(32)]
        public nuint Mapped;

        /// <summary>uordblks.</summary>
        [FieldOffset(56)]
        public nuint InUse;
    }
}
