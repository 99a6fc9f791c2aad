using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;

namespace Ioasis.Engine.Queues;

/// <summary>
/// A vEVENTQ: events of one type of one vIOMMU wait here to be read. It never grows beyond its depth: what comes when it is full
/// is lost, and the reader is told so by a record without event, and by the gap in the sequence.
/// </summary>
/// <remarks>Its own lock, the innermost, guards everything; devices' threads put events in, any thread of the client takes them out.</remarks>
public sealed class EventQueue : EngineObject
{
    internal const string KindName = "event queue";

    private const uint LastSequence = int.MaxValue;

    private readonly Lock _gate = new();
    private readonly LinkedList<VirtualEvent> _events = [];
    private readonly uint _depth;
    private int _held; // events that are in the list, or with a reader
    private uint _sequence;
    private uint? _lost; // the sequence of the last event that was lost, as long as it would be the next or last record

    internal EventQueue(VirtualIommu virtualIommu, uint type, uint depth)
        : base(virtualIommu.Context)
    {
        VirtualIommu = virtualIommu;
        Type = type;
        _depth = depth;
    }

    public override string Kind => KindName;

    public VirtualIommu VirtualIommu { get; }

    /// <summary>Which events it holds, as IOMMU_VEVENTQ_ALLOC named them.</summary>
    public uint Type { get; }

    /// <summary>Tells whether there is something to read, each time that this changes; called with the queue's lock held.</summary>
    public Action<bool>? ReadableChanged { get; set; }

    public bool IsReadable
    {
        get
        {
            lock (_gate)
                return HasRecords;
        }
    }

    private bool HasRecords => _events.Count != 0 || _lost is not null;

    /// <summary>Takes an event in, or counts it as lost.</summary>
    internal void Add(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            bool was = HasRecords;
            if ((uint)_held == _depth)
            {
                _lost = _sequence;
            }
            else
            {
                _lost = null; // the gap before this event tells it now
                _events.AddLast(new VirtualEvent(_sequence, data.ToArray()));
                _held++;
            }

            _sequence = (_sequence + 1) & LastSequence;
            Tell(was);
        }
    }

    /// <summary>Takes the next record out. Then follows <see cref="Done"/> or <see cref="Return"/>.</summary>
    /// <param name="taken">An event, or one without data: events were lost.</param>
    /// <returns>False: there is none.</returns>
    public bool TryTake(out VirtualEvent taken)
    {
        lock (_gate)
        {
            bool was = HasRecords;
            if (_events.First is { } first)
            {
                taken = first.Value;
                _events.RemoveFirst();
            }
            else if (_lost is { } sequence)
            {
                taken = new VirtualEvent(sequence, null);
                _lost = null;
            }
            else
            {
                taken = default;
                return false;
            }

            Tell(was);
            return true;
        }
    }

    /// <summary>The reader has the record.</summary>
    public void Done(in VirtualEvent taken)
    {
        if (taken.IsLoss)
            return;
        lock (_gate)
            _held--;
    }

    /// <summary>The reader could not be given the record: it is the next one again.</summary>
    public void Return(in VirtualEvent taken)
    {
        lock (_gate)
        {
            bool was = HasRecords;
            if (!taken.IsLoss)
                _events.AddFirst(taken);
            else if (!was)
                _lost = taken.Sequence; // else a later record tells it by its sequence
            Tell(was);
        }
    }

    private void Tell(bool was)
    {
        if (was != HasRecords)
            ReadableChanged?.Invoke(!was);
    }

    private protected override void OnDestroy()
    {
        VirtualIommu.Remove(this);
        VirtualIommu.Users--;
    }
}
