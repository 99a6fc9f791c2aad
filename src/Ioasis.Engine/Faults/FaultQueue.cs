using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Faults;

/// <summary>
/// A fault queue: page requests of devices whose HWPTs name it wait here, first to be read by the user, then to be answered.
/// </summary>
/// <remarks>
/// Its own lock, taken after a context's, guards the two lists; devices' threads put requests in, any thread of the client
/// takes them out. The file through which the user reads is a user of the object: it cannot be destroyed before.
/// </remarks>
public sealed class FaultQueue : EngineObject
{
    internal const string KindName = "fault queue";

    private readonly Lock _gate = new();
    private readonly LinkedList<PageRequestGroup> _unread = [];
    private readonly Dictionary<uint, PageRequestGroup> _unanswered = [];
    private readonly LowestFreeSet _cookies = new();

    internal FaultQueue(IommuContext context)
        : base(context) => _cookies.Take(); // 0 is no cookie

    public override string Kind => KindName;

    /// <summary>Tells whether there is something to read, each time that this changes; called with the queue's lock held.</summary>
    public Action<bool>? ReadableChanged { get; set; }

    /// <summary>Something waits to be read.</summary>
    public bool IsReadable
    {
        get
        {
            lock (_gate)
                return _unread.Count != 0;
        }
    }

    /// <summary>Puts a complete group in.</summary>
    internal void Add(PageRequestGroup group)
    {
        lock (_gate)
        {
            _unread.AddLast(group);
            if (_unread.Count == 1)
                ReadableChanged?.Invoke(true);
        }
    }

    /// <summary>
    /// Takes the oldest unread group if it has not more requests than there is room for; from then on it can be answered.
    /// </summary>
    /// <param name="room">Requests that the reader has room for.</param>
    /// <param name="group">The group; null when there is none, or too little room.</param>
    /// <param name="needed">How many requests the oldest group has; 0 when there is none.</param>
    public bool TryTake(ulong room, out PageRequestGroup? group, out int needed)
    {
        lock (_gate)
        {
            group = _unread.First?.Value;
            needed = group is null ? 0 : group.Requests.Length;
            if (group is null || (ulong)needed > room)
            {
                group = null;
                return false;
            }

            _unread.RemoveFirst();
            group.Cookie = (uint)_cookies.Take();
            _unanswered.Add(group.Cookie, group);
            if (_unread.Count == 0)
                ReadableChanged?.Invoke(false);
            return true;
        }
    }

    /// <summary>Puts a group back that the reader could not be given.</summary>
    public void Return(PageRequestGroup group)
    {
        lock (_gate)
        {
            if (!TakeCookie(group.Cookie, out PageRequestGroup? found) || found != group)
                return; // answered, or given up, in between
            _unread.AddFirst(group);
            if (_unread.Count == 1)
                ReadableChanged?.Invoke(true);
        }
    }

    /// <summary>Answers a group that was read.</summary>
    /// <returns>False: no such cookie.</returns>
    public bool Answer(uint cookie, PageResponse answer)
    {
        lock (_gate)
        {
            if (!TakeCookie(cookie, out PageRequestGroup? group))
                return false;
            group!.Respond(answer);
            return true;
        }
    }

    /// <summary>Answers every request that came by way of one attachment: it ends.</summary>
    internal void GiveUp(PageTable table, IommuGroup group, Pasid attachedAs)
    {
        lock (_gate)
        {
            bool wasReadable = _unread.Count != 0;
            for (LinkedListNode<PageRequestGroup>? node = _unread.First; node is not null;)
            {
                LinkedListNode<PageRequestGroup>? next = node.Next;
                if (IsOf(node.Value, table, group, attachedAs))
                {
                    _unread.Remove(node);
                    node.Value.Respond(PageResponse.Invalid);
                }

                node = next;
            }

            foreach (PageRequestGroup waiting in _unanswered.Values)
            {
                if (!IsOf(waiting, table, group, attachedAs))
                    continue;
                TakeCookie(waiting.Cookie, out _); // a removal does not disturb the enumeration
                waiting.Respond(PageResponse.Invalid);
            }

            if (wasReadable && _unread.Count == 0)
                ReadableChanged?.Invoke(false);
        }
    }

    private protected override void OnDestroy()
    {
        lock (_gate)
        {
            foreach (PageRequestGroup group in _unread)
                group.Respond(PageResponse.Invalid);
            foreach (PageRequestGroup group in _unanswered.Values)
                group.Respond(PageResponse.Invalid);
            _unread.Clear();
            _unanswered.Clear();
        }
    }

    private static bool IsOf(PageRequestGroup requests, PageTable table, IommuGroup group, Pasid attachedAs) =>
        requests.Table == table && requests.Device.Group == group && requests.AttachedAs == attachedAs;

    private bool TakeCookie(uint cookie, out PageRequestGroup? group)
    {
        if (!_unanswered.Remove(cookie, out group))
            return false;
        _cookies.Release((int)cookie);
        return true;
    }
}
