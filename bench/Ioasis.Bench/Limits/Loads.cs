using System.Runtime.InteropServices;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Limits;

/// <summary>
/// The machine's own limit: loads at random over a piece of memory, each of a cache line that was not loaded for as long as possible.
/// In ordinary pages, as everything else here.
/// </summary>
internal sealed unsafe class Loads : IDisposable
{
    /// <summary>Loads in one round.</summary>
    private const int Count = 1 << 14;

    private const int LineBytes = 64, LineWords = LineBytes / sizeof(uint);

    private readonly uint* _words; // the first of each line is the number of the next
    private readonly uint[] _order;
    private uint _line;
    private int _next;

    private Loads(long bytes)
    {
        _order = new uint[Math.Max(bytes / LineBytes, 16)];
        _words = (uint*)NativeMemory.AlignedAlloc((nuint)_order.Length * LineBytes, 4096);
        for (int i = 0; i < _order.Length; i++)
            _order[i] = (uint)i;
        new Random(5).Shuffle(_order);
        for (int i = 0; i < _order.Length; i++)
            _words[(long)_order[i] * LineWords] = _order[(i + 1) % _order.Length];
    }

    public void Dispose() => NativeMemory.AlignedFree(_words);

    /// <summary>Nanoseconds of a load that waits for the one before it.</summary>
    public static double Dependent(Session session, long bytes)
    {
        using Loads loads = new(bytes);
        return session.Best(Count, loads.Follow);
    }

    /// <summary>Nanoseconds of a load that waits for none.</summary>
    public static double Independent(Session session, long bytes)
    {
        using Loads loads = new(bytes);
        return session.Best(Count, loads.Gather);
    }

    /// <summary>Goes on where it stopped, so that a chain longer than a round is not always loaded from its beginning.</summary>
    private void Follow()
    {
        uint line = _line;
        for (int i = 0; i < Count; i++)
            line = _words[(long)line * LineWords];
        _line = line;
    }

    private void Gather()
    {
        uint sum = 0;
        for (int done = 0; done < Count;)
        {
            ReadOnlySpan<uint> order = _order.AsSpan(_next, Math.Min(_order.Length - _next, Count - done));
            foreach (uint line in order)
                sum += _words[(long)line * LineWords];
            done += order.Length;
            _next = (_next + order.Length) % _order.Length;
        }

        _line = sum;
    }
}
