namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
{
    /// <summary>
    /// The ranges that hold <paramref name="addresses"/>, one result each. Any thread, at any time; each address is looked up at a moment
    /// of its own. Faster than one call each when the map is larger than the caches.
    /// </summary>
    /// <param name="addresses">The addresses looked for.</param>
    /// <param name="results">At least as long; <see cref="Interval{TValue}.IsNone"/> where no range holds the address.</param>
    /// <returns>How many were found.</returns>
    public int FindMany(ReadOnlySpan<ulong> addresses, Span<Interval<TValue>> results)
    {
        int found = 0;
        results = results[..addresses.Length];
        for (int i = 0; i < addresses.Length; i++)
        {
            ref Interval<TValue> result = ref results[i];
            if (TryFind(addresses[i], out result.Start, out result.Last, out result.Value))
                found++;
            else
                result = new Interval<TValue>(1, 0, default);
        }
        return found;
    }
}
