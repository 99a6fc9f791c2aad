using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Faults;

/// <summary>
/// A fault queue: page requests of devices whose HWPTs name it wait here, first to be read by the user, then to be answered.
/// </summary>
/// <remarks>
/// Its own lock, taken after a context's, guards the list of unread groups and the table of those that are read and not answered;
/// devices' threads put requests in, any thread of the client takes them out. The file through which the user reads is a user of
/// the object: it cannot be destroyed before. Nothing is allocated in steady state.
/// </remarks>
public sealed class FaultQueue : EngineObject
{
    internal const string KindName = "fault queue";

    private readonly Lock _gate = new();
    private readonly LowestFreeSet _cookies = new();
    private PageRequestGroup? _first, _last; // unread, linked by Next
    private PageRequestGroup?[] _unanswered = new PageRequestGroup?[8]; // by cookie

    internal FaultQueue(IommuContext context)
        : base(context) => _cookies.Take(); // 0 is no cookie

    public override string Kind => KindName;

    /// <summary>Tells whether there is something to read, each time that this changes; called with the queue's lock held.</summary>
    public Action<bool>? ReadableChanged { get; set; }

    /// <summary>Something waits to be read. Takes no lock.</summary>
    public bool IsReadable => Volatile.Read(ref _first) is not null;

    /// <summary>Puts a complete group in.</summary>
    internal void Add(PageRequestGroup group)
    {
        lock (_gate)
        {
            if (_last is null)
                _first = group;
            else
                _last.Next = group;
            _last = group;
            if (_first == group)
                ReadableChanged?.Invoke(true);
        }
    }

    /// <summary>
    /// Takes the oldest unread group if it has not more requests than there is room for; from then on it can be answered. When it
    /// has been looked at, <see cref="Done"/> or <see cref="Return"/> follows.
    /// </summary>
    /// <param name="room">Requests that the reader has room for.</param>
    /// <param name="group">The group; null when there is none, or too little room.</param>
    /// <param name="needed">How many requests the oldest group has; 0 when there is none.</param>
    public bool TryTake(ulong room, out PageRequestGroup? group, out int needed)
    {
        lock (_gate)
        {
            group = _first;
            needed = group is null ? 0 : group.Requests.Length;
            if (group is null || (ulong)needed > room)
            {
                group = null;
                return false;
            }

            RemoveFirst();
            int cookie = _cookies.Take();
            if (cookie >= _unanswered.Length)
                Array.Resize(ref _unanswered, _unanswered.Length * 2);
            _unanswered[cookie] = group;
            group.Cookie = (uint)cookie;
            group.Readers++;
            if (_first is null)
                ReadableChanged?.Invoke(false);
            return true;
        }
    }

    /// <summary>The reader has the group's requests.</summary>
    public void Done(PageRequestGroup group)
    {
        lock (_gate)
            group.Readers--;
    }

    /// <summary>The reader could not be given the group: it is the next one again.</summary>
    public void Return(PageRequestGroup group)
    {
        lock (_gate)
        {
            group.Readers--;
            if (Find(group.Cookie) != group)
                return; // answered, or given up, in between
            Forget(group.Cookie);
            group.Next = _first;
            _first = group;
            _last ??= group;
            if (_last == group)
                ReadableChanged?.Invoke(true);
        }
    }

    /// <summary>Answers a group that was read.</summary>
    /// <returns>False: no such cookie.</returns>
    public bool Answer(uint cookie, PageResponse answer)
    {
        lock (_gate)
        {
            if (Find(cookie) is not { } group)
                return false;
            Forget(cookie);
            group.Respond(answer);
            return true;
        }
    }

    /// <summary>
    /// The DMA that asked was called off. As long as nobody has read the requests they vanish; whoever has read them may answer, and
    /// nothing comes of it.
    /// </summary>
    internal void Withdraw(PageRequestGroup group)
    {
        lock (_gate)
        {
            PageRequestGroup? before = null;
            PageRequestGroup? one = _first;
            while (one is not null && one != group)
                (before, one) = (one, one.Next);
            if (one is null)
                return; // read, or answered in between
            if (before is null)
                _first = group.Next;
            else
                before.Next = group.Next;
            if (_last == group)
                _last = before;
            group.Next = null;
            group.Respond(PageResponse.Invalid);
            if (_first is null)
                ReadableChanged?.Invoke(false);
        }
    }

    /// <summary>Answers every request that came by way of one attachment: it ends.</summary>
    internal void GiveUp(PageTable table, IommuGroup group, Pasid attachedAs)
    {
        lock (_gate)
        {
            bool wasReadable = _first is not null;
            PageRequestGroup? kept = _first;
            _first = _last = null;
            while (kept is not null)
            {
                PageRequestGroup one = kept;
                kept = one.Next;
                one.Next = null;
                if (one.CameBy(table, group, attachedAs))
                    one.Respond(PageResponse.Invalid);
                else if (_last is null)
                    _first = _last = one;
                else
                    _last = _last.Next = one;
            }

            for (uint cookie = 1; cookie < (uint)_unanswered.Length; cookie++)
            {
                if (_unanswered[cookie] is not { } one || !one.CameBy(table, group, attachedAs))
                    continue;
                Forget(cookie);
                one.Respond(PageResponse.Invalid);
            }

            if (wasReadable && _first is null)
                ReadableChanged?.Invoke(false);
        }
    }

    private protected override void OnDestroy()
    {
        lock (_gate)
        {
            for (; _first is { } one; RemoveFirst())
                one.Respond(PageResponse.Invalid);
            foreach (PageRequestGroup? one in _unanswered)
                one?.Respond(PageResponse.Invalid);
            Array.Clear(_unanswered);
        }
    }

    private void RemoveFirst()
    {
        PageRequestGroup first = _first!;
        _first = first.Next;
        first.Next = null;
        if (_first is null)
            _last = null;
    }

    private PageRequestGroup? Find(uint cookie) => cookie < (uint)_unanswered.Length ? _unanswered[cookie] : null;

    private void Forget(uint cookie)
    {
        _unanswered[cookie] = null;
        _cookies.Release((int)cookie);
    }
}
