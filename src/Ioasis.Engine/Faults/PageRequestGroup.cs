using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Faults;

/// <summary>
/// The page requests of a device that are answered together. Whoever waits for the answer finds it in <see cref="Answer"/>.
/// </summary>
public sealed class PageRequestGroup
{
    private readonly List<PageRequest> _requests = new(1);
    private int _answer;

    internal PageRequestGroup(PhysicalDevice device, PageTable table, Pasid attachedAs, BoundDevice holder)
    {
        Device = device;
        Table = table;
        AttachedAs = attachedAs;
        Holder = holder;
    }

    /// <summary>Whose requests these are.</summary>
    public PhysicalDevice Device { get; }

    /// <summary>The page table that could not translate.</summary>
    public PageTable Table { get; }

    /// <summary>The PASID under which the page table is attached: that of the requests, or none when its user manages PASIDs.</summary>
    public Pasid AttachedAs { get; }

    /// <summary>The bound device that the user knows (dev_id).</summary>
    public BoundDevice Holder { get; }

    /// <summary>The requests, in the order in which the user reads them; the last of the group comes last.</summary>
    public ReadOnlySpan<PageRequest> Requests => CollectionsMarshal.AsSpan(_requests);

    /// <summary>By which the user names the group in its answer; 0 until it was read. Guarded by the queue.</summary>
    public uint Cookie { get; internal set; }

    /// <summary>What was answered; <see cref="PageResponse.None"/> as long as nothing was.</summary>
    public PageResponse Answer => (PageResponse)Volatile.Read(ref _answer);

    internal void Add(in PageRequest request) => _requests.Add(request);

    /// <summary>Called once, with the queue's lock held or after the group has left it.</summary>
    internal void Respond(PageResponse answer)
    {
        Volatile.Write(ref _answer, (int)answer);
        Device.PageResponseArrived(this);
    }
}
