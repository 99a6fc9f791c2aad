namespace Ioasis.Bench.Suites;

/// <summary>
/// Addresses at random, a window of them at a time: as many in all as there are ranges, so that what one round has brought into the
/// caches is not what the next one asks for.
/// </summary>
internal sealed class AddressStream(ulong[] addresses, int window)
{
    private int _next;

    public int Window => window;

    public ReadOnlySpan<ulong> Next()
    {
        if (_next + window > addresses.Length)
            _next = 0;
        ReadOnlySpan<ulong> these = addresses.AsSpan(_next, window);
        _next += window;
        return these;
    }
}
