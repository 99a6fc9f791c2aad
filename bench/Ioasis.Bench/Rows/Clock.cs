using System.Diagnostics;

namespace Ioasis.Bench.Rows;

/// <summary>Time in nanoseconds by the clock's own ticks: a <see cref="TimeSpan"/> counts hundreds of nanoseconds, and cuts off the rest.</summary>
internal static class Clock
{
    private static readonly double s_tick = 1e9 / Stopwatch.Frequency;

    public static long Now => Stopwatch.GetTimestamp();

    public static double Between(long begun, long ended) => (ended - begun) * s_tick;

    public static double Since(long begun) => Between(begun, Now);
}
