using Ioasis.Engine.Work;

namespace Ioasis.Engine.Memory;

/// <summary>
/// The memory that the engine needs for one user's objects and mappings, against a limit: what Linux charges to the memory control group of
/// whoever makes them (GFP_KERNEL_ACCOUNT). Thread-safe.
/// </summary>
/// <param name="limit">Bytes; a call that begins with as many in use is refused. <see cref="long.MaxValue"/> for no limit.</param>
public sealed class EngineMemory(long limit)
{
    private const long WorthCollecting = 64 << 20; // bytes
    private const long LeastPause = 10_000; // milliseconds

    private static long s_returned, s_collected = -LeastPause;

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
        if (by < 0 && Interlocked.Add(ref s_returned, -by) >= WorthCollecting)
            Collect();
    }

    /// <summary>
    /// Much has been given back: has the system get it too, soon, on another thread. Not again within some seconds: a collection stops
    /// everybody for some milliseconds.
    /// </summary>
    private static void Collect()
    {
        long now = Environment.TickCount64, last = Volatile.Read(ref s_collected);
        if (now - last < LeastPause || Interlocked.CompareExchange(ref s_collected, now, last) != last)
            return;
        Volatile.Write(ref s_returned, 0);
        _ = BackgroundThread.TryStart(
            "ioasis collection", static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
    }
}
