using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>
/// One open <c>/dev/iommu</c>: its objects and its settings. The calls of the API are its methods, one file a noun
/// (<c>IommuContext.Spaces.cs</c>, …); each takes the lock once, at the door.
/// </summary>
/// <remarks>
/// Locks: <see cref="Gate"/> guards every object of the context. It is taken before <see cref="IommuSystem.Gate"/>, never
/// after. Law: whoever holds it neither reads, writes nor probes a client's memory, nor waits for DMA that may be doing so, nor keeps it for
/// more than some milliseconds: a call that has to leaves the lock and looks again (<see cref="PinAttempt"/>, <see cref="UnmapRun"/>,
/// <see cref="DmaEnding"/>). A DMA never takes it.
/// Life: the context lives until its file is closed, the last bound device has been unbound, and no call has left the lock to wait.
/// </remarks>
public sealed partial class IommuContext
{
    private readonly ObjectTable _objects = new();
    private int _holders = 1; // the file, and each bound device

    public IommuContext(IommuSystem system)
    {
        System = system;
        system.ContextOpened(this);
    }

    public IommuSystem System { get; }

    /// <summary>The lock of everything in this context.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The client memory behind areas. Guarded by Gate.</summary>
    internal BackingTable Backings { get; } = new();

    /// <summary>Where the address spaces keep their areas. Guarded by Gate.</summary>
    internal NodePool<Area> AreaNodes { get; } = new();

    /// <summary>Areas of an unmap under way; a list that is kept, for the same reason. Guarded by Gate.</summary>
    internal List<RemovedArea> RemovedAreas { get; } = [];

    /// <summary>What of the file can be mapped. Guarded by Gate.</summary>
    internal FileWindows Windows { get; } = new();

    /// <summary>Devices whose DMA may be under way through tables of this context.</summary>
    internal DmaBarrier Barrier { get; } = new();

    /// <summary>Objects that exist now, those of calls under way included.</summary>
    public int ObjectCount
    {
        get
        {
            lock (Gate)
                return _objects.Count;
        }
    }

    /// <summary>Makes an object that a call has created findable: the call has succeeded.</summary>
    public void Publish(EngineObject created)
    {
        lock (Gate)
            _objects.Publish(created);
    }

    /// <summary>Undoes an object that a call has created: the call has failed after all.</summary>
    public void Abort(EngineObject created)
    {
        lock (Gate)
            Remove(created);
    }

    /// <summary>IOMMU_DESTROY.</summary>
    /// <returns>ENOENT: no such object; EBUSY: others use it.</returns>
    public Errno Destroy(ObjectId id, ref Reason why)
    {
        for (FileWindow? unmapped = null; ;)
        {
            FileWindow? window;
            EngineObject? found;
            lock (Gate)
            {
                found = _objects[id.Value];
                if (found is null)
                    return why.Because(ReasonCode.NoSuchObject, id.Value);
                if (found is BoundDevice)
                    return why.Because(ReasonCode.ObjectNotDestroyable, id.Value, name: found.Kind);
                if (found.Users != 0)
                    return why.Because(ReasonCode.ObjectInUse, id.Value, (ulong)found.Users, name: found.Kind);
                window = (found as VirtualIommu)?.Window;
                if (window?.IsMapped is null || window == unmapped)
                {
                    if (found is not Ioas { AreaCount: > Ioas.BatchSize } large)
                    {
                        Remove(found);
                        return Errno.Success;
                    }

                    _objects.Hide(large);
                    ForgetLegacySpace(large);
                    HoldUnfinished(large);
                }
            }

            if (found is Ioas space)
            {
                RemoveLarge(space, ref why);
                return Errno.Success;
            }

            if (window!.IsMapped!()) // it looks at all clients: without the lock
                return why.Because(ReasonCode.WindowMapped, id.Value, window.Offset, window.Length, name: found.Kind);
            unmapped = window;
        }
    }

    /// <summary>Destroys an object that is there and that nobody uses.</summary>
    internal void DestroyUnused(EngineObject o)
    {
        Reason unused = default;
        bool isThere;
        lock (Gate)
            isThere = _objects[o.Id.Value] == o;
        if (isThere)
            Destroy(o.Id, ref unused);
    }

    /// <summary>Nobody finds it any more: unmaps all in parts, between which others get the lock, and destroys it.</summary>
    private void RemoveLarge(Ioas space, ref Reason why)
    {
        UnmapRun run = new(new AddressRange(0, ulong.MaxValue));
        while (run.IsUnfinished)
        {
            run.Pause();
            lock (Gate)
            {
                space.Unmap(run, ref why);
                if (run.IsUnfinished)
                    continue;
                space.Users--;
                Remove(space);
            }
        }

        Release();
    }

    /// <summary>
    /// The file was closed, or a device was unbound: when nobody is left, everything goes. Destroys in rounds, users before
    /// what they use, so the time is linear in the number of objects (an object depends on at most two levels of others).
    /// </summary>
    public void Release()
    {
        lock (Gate)
        {
            if (--_holders != 0)
                return;
        }

        int next = 0, before = int.MaxValue;
        while (DestroySome(ref next, ref before))
            LockTime.LetOthers();
        System.ContextClosed(this);
    }

    /// <summary>Destroys objects of a closed context as long as others can wait for the lock.</summary>
    /// <param name="next">The number that is looked at next, from high to low; 0 begins a round.</param>
    /// <param name="before">Objects that were there when the round began.</param>
    /// <returns>True when some are left.</returns>
    private bool DestroySome(ref int next, ref int before)
    {
        lock (Gate)
        {
            LockTime time = default;
            while (_objects.Count != 0)
            {
                if (next <= 0)
                {
                    if (_objects.Count == before)
                        throw new InvalidOperationException($"{before} objects of a closed context hold each other");
                    before = _objects.Count;
                    next = _objects.End - 1;
                }

                if (_objects[(uint)next] is { Users: 0 } leaf)
                {
                    if (leaf is Ioas space && !space.UnmapSome())
                        return true;
                    Remove(leaf);
                }

                next--;
                if ((next & 63) == 0 && time.IsUp)
                    return true;
            }

            Tell(0);
            return false;
        }
    }

    /// <summary>Finds a published object of one type. The lock is held.</summary>
    internal bool TryFind<T>(ObjectId id, string kind, out T found, ref Reason why, out Errno errno)
        where T : EngineObject
    {
        found = null!;
        errno = FailurePoint.Find(kind, ref why);
        if (errno.Failed)
            return false;
        EngineObject? o = _objects[id.Value];
        if (o is T typed)
        {
            found = typed;
            errno = Errno.Success;
            return true;
        }

        errno = o is null
            ? why.Because(ReasonCode.NoSuchObject, id.Value)
            : why.Because(ReasonCode.WrongObjectType, id.Value, name: kind);
        return false;
    }

    /// <summary>Reserves a number for a new object. The lock is held.</summary>
    internal void Reserve(EngineObject created) => _objects.Reserve(created);

    /// <summary>Publishes an object within a call that already holds the lock.</summary>
    internal void PublishLocked(EngineObject created) => _objects.Publish(created);

    /// <summary>Frees the number and undoes the object. The lock is held; nobody uses the object.</summary>
    internal void Remove(EngineObject o)
    {
        _objects.Release(o);
        ForgetLegacySpace(o);
        o.Destroy();
    }

    private void ForgetLegacySpace(EngineObject o)
    {
        if (_legacySpace == o)
            _legacySpace = null;
    }

    /// <summary>Undoes an object that its user has not destroyed; its number leads nowhere from now on. The lock is held.</summary>
    internal void Bury(EngineObject o)
    {
        _objects.Bury(o);
        o.Destroy();
    }
}
