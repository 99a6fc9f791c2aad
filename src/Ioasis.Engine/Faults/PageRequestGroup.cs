using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Faults;

/// <summary>
/// The page requests of a device that are answered together. Whoever waits for the answer finds it in <see cref="Answer"/>, and may
/// then use the object for other requests, when nobody reads it any more.
/// </summary>
public sealed class PageRequestGroup
{
    private readonly List<PageRequest> _requests = new(1);
    private int _answer;

    internal PageRequestGroup(PhysicalDevice device) => Device = device;

    /// <summary>Whose requests these are.</summary>
    public PhysicalDevice Device { get; }

    /// <summary>The page table that could not translate.</summary>
    public PageTable Table { get; private set; } = null!;

    /// <summary>The PASID under which the page table is attached: that of the requests, or none when its user manages PASIDs.</summary>
    public Pasid AttachedAs { get; private set; }

    /// <summary>The bound device that the user knows (dev_id).</summary>
    public BoundDevice Holder { get; private set; } = null!;

    /// <summary>The requests, in the order in which the user reads them; the last of the group comes last.</summary>
    public ReadOnlySpan<PageRequest> Requests => CollectionsMarshal.AsSpan(_requests);

    /// <summary>By which the user names the group in its answer; 0 until it was read. Guarded by the queue.</summary>
    public uint Cookie { get; internal set; }

    /// <summary>The next unread group. Guarded by the queue.</summary>
    internal PageRequestGroup? Next;

    /// <summary>Who copies the requests just now. Guarded by the queue.</summary>
    internal int Readers;

    /// <summary>What was answered; <see cref="PageResponse.None"/> as long as nothing was.</summary>
    public PageResponse Answer => (PageResponse)Volatile.Read(ref _answer);

    /// <summary>It was answered, and nobody looks at it: it can be used again.</summary>
    internal bool IsIdle => Answer != PageResponse.None && Volatile.Read(ref Readers) == 0;

    /// <summary>Makes it a new group, without requests yet.</summary>
    internal void Begin(PageTable table, Pasid attachedAs, BoundDevice holder)
    {
        Table = table;
        AttachedAs = attachedAs;
        Holder = holder;
        Cookie = 0;
        _requests.Clear();
        Volatile.Write(ref _answer, (int)PageResponse.None);
    }

    internal void Add(in PageRequest request) => _requests.Add(request);

    internal bool CameBy(PageTable table, IommuGroup group, Pasid attachedAs) =>
        Table == table && Device.Group == group && AttachedAs == attachedAs;

    /// <summary>Called once, with the queue's lock held; the group is in the queue no more.</summary>
    internal void Respond(PageResponse answer)
    {
        Interlocked.Exchange(ref _answer, (int)answer); // a fence, as a sleeper's own: it sees the answer, or is seen
        Device.WakeWaiters();
    }
}
