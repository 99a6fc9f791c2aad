using Ioasis.Engine.Work;

namespace Ioasis.Engine.Memory;

/// <summary>
/// The memory that the engine needs for one user's objects and mappings, against a limit: what Linux charges to the memory control group of
/// whoever makes them (GFP_KERNEL_ACCOUNT). Thread-safe.
/// </summary>
/// <param name="limit">Bytes; a call that begins with as many in use is refused. <see cref="long.MaxValue"/> for no limit.</param>
public sealed class EngineMemory(long limit)
{
    private const long WorthCollecting = 32 << 20; // bytes
    private const int LookMilliseconds = 500, LongestMilliseconds = 10_000, LeastPauseMilliseconds = 10_000;

    private static long s_returned, s_nextCollection; // not before that, by Environment.TickCount64
    private static int s_isCollecting;

    private long _bytes;

    /// <summary>Where nobody is to be limited.</summary>
    public static EngineMemory Unlimited { get; } = new(long.MaxValue);

    /// <summary>The limit, in bytes.</summary>
    public long Limit { get; } = limit;

    /// <summary>Bytes in use, as their contexts told last.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>More is in use, or less when <paramref name="by"/> is negative.</summary>
    internal void Change(long by)
    {
        Interlocked.Add(ref _bytes, by);
        if (by < 0 && Interlocked.Add(ref s_returned, -by) >= WorthCollecting && Interlocked.Exchange(ref s_isCollecting, 1) == 0
            && BackgroundThread.TryStart("ioasis collection", Collect) is null)
        {
            Volatile.Write(ref s_isCollecting, 0);
        }
    }

    /// <summary>
    /// Much has been given back: has the system get it too. Not at once, as whoever gives it back still holds it; and when no more comes, or
    /// after some seconds; and not again within some seconds, whatever clients do, as a collection stops everybody for some milliseconds.
    /// </summary>
    private static void Collect()
    {
        long before = 0, returned = Volatile.Read(ref s_returned);
        for (int waited = 0; returned != before && waited < LongestMilliseconds; waited += LookMilliseconds)
        {
            Thread.Sleep(LookMilliseconds);
            before = returned;
            returned = Volatile.Read(ref s_returned);
        }

        Thread.Sleep((int)Math.Max(s_nextCollection - Environment.TickCount64, 0));
        s_nextCollection = Environment.TickCount64 + LeastPauseMilliseconds;
        Volatile.Write(ref s_returned, 0);
        Volatile.Write(ref s_isCollecting, 0); // what comes from here on is for the next one
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
