using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>
/// A user of an IOAS that is no device: software that reads, writes or pins the memory behind IOVAs, as mediated devices and hardware
/// queues do. It is attached to one IOAS at a time, and is told before memory that it has pinned is unmapped.
/// </summary>
/// <remarks>
/// Guarded by the context's lock. Split by verb: Pins, Transfer.
/// Whoever made it is a user of it until <see cref="IommuContext.CloseAccess"/>: IOMMU_DESTROY cannot remove it.
/// </remarks>
public sealed partial class Access : EngineObject
{
    internal const string KindName = "access";

    private readonly Action<Access, AddressRange>? _unmapping;
    private Ioas? _space;

    /// <param name="context">The context whose IOAS it will use.</param>
    /// <param name="pinsPages">It may pin; then every area of its IOAS must be aligned to whole pages.</param>
    /// <param name="unmapping">
    /// Called before areas that it has pinned parts of are unmapped, with the range (both ends inclusive), and with the context's lock
    /// held. It must unpin all that meets the range before it returns, and wait for nobody who may be calling the context. Null: areas
    /// with pins cannot be unmapped (EBUSY).
    /// </param>
    internal Access(IommuContext context, bool pinsPages, Action<Access, AddressRange>? unmapping)
        : base(context)
    {
        PinsPages = pinsPages;
        _unmapping = unmapping;
    }

    public override string Kind => KindName;

    /// <summary>It may pin pages, not only read and write.</summary>
    public bool PinsPages { get; }

    /// <summary>What every area of its IOAS must be aligned to, in bytes.</summary>
    internal ulong Alignment => PinsPages ? SystemPage.Size : 1;

    /// <summary>Attaches it to an IOAS.</summary>
    /// <returns>EINVAL: it is attached; ENOENT: no such IOAS; EADDRINUSE: an area is not aligned to whole pages.</returns>
    public Errno Attach(ObjectId space, ref Reason why)
    {
        lock (Context.Gate)
        {
            if (_space is not null)
                return why.Because(ReasonCode.AccessAttached, Id.Value, _space.Id.Value);
            return Context.TryFind(space, Ioas.KindName, out Ioas target, ref why, out Errno errno) ? Enter(target, ref why) : errno;
        }
    }

    /// <summary>Moves it to another IOAS; what it had pinned in the old one is unpinned. On failure nothing has changed.</summary>
    /// <returns>ENOENT: it is not attached, or there is no such IOAS; EADDRINUSE: an area is not aligned to whole pages.</returns>
    public Errno Replace(ObjectId space, ref Reason why)
    {
        DmaEnding ending = new(Context);
        Errno errno;
        lock (Context.Gate)
        {
            if (_space is not { } old)
                return why.Because(ReasonCode.AccessNotAttached, Id.Value);
            if (!Context.TryFind(space, Ioas.KindName, out Ioas target, ref why, out errno) || target == old)
                return errno;
            errno = target.AddAccess(this, ref why);
            if (errno.Failed)
                return errno;
            Leave(ref ending);
            _space = target;
        }

        ending.Finish();
        return errno;
    }

    /// <summary>Leaves the IOAS; what it had pinned is unpinned. Nothing happens when it is not attached.</summary>
    public void Detach()
    {
        DmaEnding ending = new(Context);
        lock (Context.Gate)
            Leave(ref ending);
        ending.Finish();
    }

    /// <summary>The IOVA of an offset in an area that is named by its place in the order of addresses; 0 when there is none.</summary>
    public Iova PlaceOf(uint area, uint offset)
    {
        lock (Context.Gate)
            return _space is not null && _space.TryGetArea(area, out ulong first) ? new Iova(first + offset) : default;
    }

    /// <summary>Attaches it; the lock is held, and it is not attached.</summary>
    internal Errno Enter(Ioas target, ref Reason why)
    {
        Errno errno = target.AddAccess(this, ref why);
        if (errno.Succeeded)
            _space = target;
        return errno;
    }

    /// <summary>Leaves the IOAS; copies that are under way are what <paramref name="ending"/> waits for. The lock is held.</summary>
    internal void Leave(ref DmaEnding ending)
    {
        if (_space is not { } old)
            return;
        AddressRange all = new(0, ulong.MaxValue);
        _unmapping?.Invoke(this, all);
        UnpinMeeting(all); // what the user kept against the rules
        PassCopies(ref ending);
        old.RemoveAccess(this);
        _space = null;
    }

    /// <summary>
    /// An area is to be unmapped: its user unpins what it has pinned there. The lock is held.
    /// </summary>
    /// <returns>EBUSY: nobody may be asked to; EDEADLK: the user kept pins.</returns>
    internal Errno GiveUp(AddressRange area, ref Reason why)
    {
        if (!HasPinsIn(area))
            return Errno.Success;
        if (_unmapping is null)
            return why.Because(ReasonCode.AccessHoldsArea, area.First, area.Last, Id.Value);
        _unmapping(this, area);
        return HasPinsIn(area) ? why.Because(ReasonCode.AccessKeepsPins, area.First, area.Last, Id.Value) : Errno.Success;
    }

    /// <remarks>Whoever made it has left the IOAS; one that nobody copies through may not have.</remarks>
    private protected override void OnDestroy()
    {
        DmaEnding nothing = new(Context);
        Leave(ref nothing);
    }
}
