using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// Where the requests of a group with one PASID (or with none) lead, and which of its bound devices were attached one by one:
/// the others follow. 16 bytes, as there may be a million of them.
/// </summary>
/// <remarks>Guarded by the owner's lock; the table is read by DMA.</remarks>
internal struct Attachment
{
    private PageTable? _table;
    private object? _devices; // nothing, one BoundDevice, or a List of them

    /// <summary>The table; null blocks the requests.</summary>
    public PageTable? Table
    {
        readonly get => Volatile.Read(in _table);
        set => Volatile.Write(ref _table, value);
    }

    public readonly int Count => _devices switch
    {
        null => 0,
        BoundDevice => 1,
        object several => ((List<BoundDevice>)several).Count,
    };

    /// <summary>The device that was attached first among those that are.</summary>
    public readonly BoundDevice First => this[0];

    public readonly BoundDevice this[int index] => _devices as BoundDevice ?? ((List<BoundDevice>)_devices!)[index];

    public readonly bool Contains(BoundDevice device) =>
        _devices == device || (_devices is List<BoundDevice> several && several.Contains(device));

    public void Add(BoundDevice device)
    {
        switch (_devices)
        {
            case null:
                _devices = device;
                break;
            case BoundDevice one:
                _devices = new List<BoundDevice> { one, device };
                break;
            case List<BoundDevice> several:
                several.Add(device);
                break;
        }
    }

    public void Remove(BoundDevice device)
    {
        if (_devices == device)
            _devices = null;
        else if (_devices is List<BoundDevice> several)
            several.Remove(device);
    }
}
