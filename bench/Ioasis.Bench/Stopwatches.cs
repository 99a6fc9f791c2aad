using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ioasis.Bench;

/// <summary>Timing of short pieces of work on one thread that stays on one processor.</summary>
internal static partial class Stopwatches
{
    /// <summary>Rounds at least to warm up the code, which the runtime compiles better after some thirty calls.</summary>
    private const int WarmUp = 34;

    /// <summary>Rounds at least that count.</summary>
    private const int Rounds = 6;

    /// <summary>And the time each of the two takes at least.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(200);

    /// <summary>Keeps the calling thread on the last processor it may use.</summary>
    public static void Pin()
    {
        ulong allowed = 0;
        if (!OperatingSystem.IsLinux() || SchedGetAffinity(0, sizeof(ulong), ref allowed) < 0 || allowed == 0)
            return;
        ulong last = 1ul << (63 - (int)ulong.LeadingZeroCount(allowed));
        _ = SchedSetAffinity(0, sizeof(ulong), ref last);
    }

    /// <summary>Nanoseconds one of <paramref name="operations"/> takes in the best round of <paramref name="work"/>.</summary>
    public static double Best(int operations, Action work) => BestOf(operations, [work])[0];

    /// <summary>The same for pieces of work that must follow one another (add, then remove): the best of each.</summary>
    public static double[] BestOf(int operations, params Action[] works)
    {
        double[] best = new double[works.Length];
        Array.Fill(best, double.MaxValue);
        for (long begun = Stopwatch.GetTimestamp(), round = 0; round < WarmUp || Stopwatch.GetElapsedTime(begun) < Enough; round++)
        {
            foreach (Action work in works)
                work();
            // The runtime makes better code on a thread of its own, once nothing new has been compiled for a while.
            if (round == WarmUp / 2)
                Thread.Sleep(150);
        }
        for (long begun = Stopwatch.GetTimestamp(), round = 0; round < Rounds || Stopwatch.GetElapsedTime(begun) < Enough; round++)
        {
            for (int i = 0; i < works.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                works[i]();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(before).TotalNanoseconds / operations);
            }
        }
        return best;
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SchedSetAffinity(int thread, nint size, ref ulong mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int SchedGetAffinity(int thread, nint size, ref ulong mask);
}
