namespace Ioasis.Engine.Dma;

/// <summary>The last aborted DMAs of a device, and how many there were in all. Any thread.</summary>
public sealed class DmaFaultLog
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 64;

    private readonly Lock _gate = new();
    private DmaFault[] _ring = []; // most devices never need it
    private ulong _total;

    /// <summary>All that ever happened.</summary>
    public ulong Total
    {
        get
        {
            lock (_gate)
                return _total;
        }
    }

    /// <summary>Those that are kept, oldest first.</summary>
    public DmaFault[] Recent()
    {
        lock (_gate)
        {
            int kept = (int)Math.Min(_total, Capacity);
            DmaFault[] recent = new DmaFault[kept];
            for (int i = 0; i < kept; i++)
                recent[i] = _ring[(_total - (ulong)(kept - i)) % Capacity];
            return recent;
        }
    }

    internal void Add(in DmaFault fault)
    {
        lock (_gate)
        {
            if (_total == 0)
                _ring = new DmaFault[Capacity];
            _ring[_total++ % Capacity] = fault;
        }
    }
}
