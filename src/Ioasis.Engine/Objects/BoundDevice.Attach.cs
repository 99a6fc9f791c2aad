using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>
/// Attach, replace and detach: which page table the device's DMA goes through, for its requests without PASID and for each
/// PASID.
/// </summary>
public sealed partial class BoundDevice
{
    /// <summary>Attaches to a HWPT, or to an IOAS through a HWPT that is found or made. On failure nothing has changed.</summary>
    /// <param name="pasid">Which requests: those with this PASID, or those without one.</param>
    /// <param name="pageTable">In: an IOAS or HWPT. Out: the HWPT.</param>
    /// <param name="why">
    /// The reason of a failure. ENOENT: no such object; EBUSY: attached already; EINVAL: it is neither, or it does not go with
    /// the device, its group or its PASIDs; EADDRINUSE: areas lie where the hardware cannot translate; EFAULT, ENOMEM: areas
    /// cannot be pinned.
    /// </param>
    public Errno Attach(Pasid pasid, ref ObjectId pageTable, ref Reason why)
    {
        PinAttempt attempt = new();
        Errno errno;
        do
            errno = Attach(pasid, ref pageTable, ref attempt, ref why);
        while (attempt.IsToBeRepeated());
        return errno;
    }

    /// <summary>The same for a caller who holds locks, and leaves them for what the attempt needs.</summary>
    public Errno Attach(Pasid pasid, ref ObjectId pageTable, ref PinAttempt attempt, ref Reason why)
    {
        DmaEnding nothing = new(Context);
        lock (Context.Gate)
        {
            attempt.Enter(Context.Backings);
            Errno errno = Change(pasid, ref pageTable, replace: false, ref nothing, ref why);
            attempt.Leave(Context.Backings);
            return errno;
        }
    }

    /// <summary>Changes the attachment without a gap. On failure nothing has changed.</summary>
    /// <returns>As <see cref="Attach"/>; EINVAL when it is not attached.</returns>
    public Errno Replace(Pasid pasid, ref ObjectId pageTable, ref Reason why)
    {
        PinAttempt attempt = new();
        DmaEnding ending = new(Context);
        Errno errno;
        do
        {
            lock (Context.Gate)
            {
                attempt.Enter(Context.Backings);
                errno = Change(pasid, ref pageTable, replace: true, ref ending, ref why);
                attempt.Leave(Context.Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        ending.Finish();
        return errno;
    }

    /// <summary>Attaches, or replaces when it is attached already: VFIO's way.</summary>
    public Errno AttachOrReplace(Pasid pasid, ref ObjectId pageTable, ref Reason why)
    {
        PinAttempt attempt = new();
        DmaEnding ending;
        Errno errno;
        do
            errno = AttachOrReplace(pasid, ref pageTable, ref attempt, out ending, ref why);
        while (attempt.IsToBeRepeated());
        ending.Finish();
        return errno;
    }

    /// <summary>The same for a caller who holds locks, and leaves them for what the attempt needs, and to finish the ending.</summary>
    public Errno AttachOrReplace(Pasid pasid, ref ObjectId pageTable, ref PinAttempt attempt, out DmaEnding ending, ref Reason why)
    {
        ending = new DmaEnding(Context);
        lock (Context.Gate)
        {
            attempt.Enter(Context.Backings);
            Errno errno = Change(pasid, ref pageTable, IsAttachedLocked(pasid), ref ending, ref why);
            attempt.Leave(Context.Backings);
            return errno;
        }
    }

    /// <summary>Blocks the requests again, and waits for DMA that is under way. Nothing happens when they are not attached.</summary>
    public void Detach(Pasid pasid) => BeginDetach(pasid).Finish();

    /// <summary>Blocks the requests; the caller finishes what is returned when it has left its own locks.</summary>
    public DmaEnding BeginDetach(Pasid pasid)
    {
        DmaEnding ending = new(Context);
        lock (Context.Gate)
            DetachLocked(pasid, ref ending);
        return ending;
    }

    internal Errno Change(Pasid pasid, ref ObjectId pageTable, bool replace, ref DmaEnding ending, ref Reason why)
    {
        if (!Context.TryFind(pageTable, "IOAS or HWPT", out EngineObject found, ref why, out Errno errno))
            return errno;
        return found switch
        {
            PageTable table => ChangeTo(pasid, table, replace, ref ending, ref why),
            Ioas space => ChangeTo(pasid, space, ref pageTable, replace, ref ending, ref why),
            _ => why.Because(ReasonCode.NotAttachable, pageTable.Value),
        };
    }

    private Errno ChangeTo(Pasid pasid, PageTable table, bool replace, ref DmaEnding ending, ref Reason why) =>
        replace ? ReplaceBy(pasid, table, ref ending, ref why) : AttachTo(pasid, table, toLink: null, ref why);

    /// <summary>Takes the first automatic HWPT of the IOAS that fits, else makes one.</summary>
    private Errno ChangeTo(Pasid pasid, Ioas space, ref ObjectId pageTable, bool replace, ref DmaEnding ending, ref Reason why)
    {
        for (HwPageTable? table = space.FirstTable; table is not null; table = table.Next)
        {
            if (!table.Automatic || !Device.Iommu.Accepts(table))
                continue; // asked first: to try costs much, and behind another IOMMU there may be ten thousand
            Errno errno = ChangeTo(pasid, table, replace, ref ending, ref why);
            if (errno.Code == ErrnoCode.EINVAL)
                continue; // it does not fit this device; another, or a new one, may
            if (errno.Succeeded)
                pageTable = table.Id;
            return errno;
        }

        Errno result = Device.Iommu.Describe(Device, 0, default, out PagingFormat format, ref why);
        if (result.Succeeded)
            result = FailurePoint.Allocate("automatic HWPT", ref why);
        if (result.Failed)
            return result;
        HwPageTable made = new(space, Device.Iommu, automatic: true, in format);
        Context.Reserve(made);
        result = replace ? ReplaceByNew(pasid, made, ref ending, ref why) : AttachTo(pasid, made, toLink: made, ref why);
        if (result.Failed)
        {
            Context.Remove(made);
            return result;
        }

        Context.PublishLocked(made);
        pageTable = made.Id;
        return Errno.Success;
    }

    private Errno ReplaceByNew(Pasid pasid, HwPageTable made, ref DmaEnding ending, ref Reason why)
    {
        Errno errno = made.Link(ref why);
        return errno.Failed ? errno : ReplaceBy(pasid, made, ref ending, ref why);
    }

    /// <param name="pasid">Which requests.</param>
    /// <param name="table">The table.</param>
    /// <param name="toLink">The table, when it is to be made a view now that all else is well: in the order in which Linux finds conflicts.</param>
    /// <param name="why">As <see cref="Attach(Pasid, ref ObjectId, ref Reason)"/>.</param>
    private Errno AttachTo(Pasid pasid, PageTable table, HwPageTable? toLink, ref Reason why)
    {
        if (!pasid.IsValid)
            return why.Because(ReasonCode.PasidTooLarge, pasid.Value, Pasid.Last, name: Device.Name);
        ref Attachment attachment = ref Group.AttachmentOf(pasid);
        if (attachment.Contains(this))
            return why.Because(ReasonCode.AlreadyAttached, pasid.Value, attachment.Table!.Id.Value, name: Device.Name);
        bool first = attachment.Count == 0;
        if (!first && attachment.Table != table)
            return why.Because(ReasonCode.GroupAttachedElsewhere, (ulong)Group.Id, attachment.Table!.Id.Value, name: Device.Name);
        Errno errno = FailurePoint.Allocate("attachment", ref why);
        if (errno.Succeeded && pasid.IsNone)
            errno = ReserveRegions(table.Space, Device, ref why);
        if (errno.Failed)
            return errno;
        if (first)
        {
            errno = AskHardware(pasid, table, ref why);
            if (errno.Succeeded && toLink is not null)
            {
                errno = toLink.Link(ref why);
                if (errno.Failed)
                    TellHardware(pasid);
            }

            if (errno.Failed)
            {
                if (pasid.IsNone)
                    table.Space.Unreserve(Device);
                return errno;
            }

            attachment.Table = table;
            if (!pasid.IsNone)
                Group.CountPasid(+1);
        }

        attachment.Add(this);
        table.Users++;
        return Errno.Success;
    }

    /// <summary>Moves the whole group: its devices cannot be kept apart.</summary>
    private Errno ReplaceBy(Pasid pasid, PageTable table, ref DmaEnding ending, ref Reason why)
    {
        if (!pasid.IsValid || !IsAttachedLocked(pasid))
            return why.Because(ReasonCode.NotAttached, pasid.Value, name: Device.Name);
        ref Attachment attachment = ref Group.AttachmentOf(pasid);
        PageTable old = attachment.Table!;
        if (table == old)
            return Errno.Success;
        bool otherRegions = pasid.IsNone && table.Space != old.Space;
        Errno errno = FailurePoint.Allocate("attachment", ref why);
        if (errno.Succeeded && otherRegions)
            errno = ReserveRegionsOfGroup(table.Space, ref why);
        if (errno.Failed)
            return errno;
        errno = AskHardware(pasid, table, ref why);
        if (errno.Failed)
        {
            if (otherRegions)
                UnreserveGroup(table.Space);
            return errno;
        }

        attachment.Table = table;
        EndDma(old, pasid, ref ending);
        if (otherRegions)
            UnreserveGroup(old.Space);
        table.Users += attachment.Count;
        ending.Drop(old, attachment.Count);
        return Errno.Success;
    }

    /// <summary>Whether the format, and the IOMMU of every device of the group, goes with the table.</summary>
    private Errno AskHardware(Pasid pasid, PageTable table, ref Reason why)
    {
        Errno errno = CheckPasids(pasid, table, ref why);
        if (errno.Succeeded && !pasid.IsNone)
            errno = FailurePoint.Allocate("PASID", ref why);
        if (errno.Failed)
            return errno;
        if (!Device.Iommu.Accepts(table))
            return why.Because(ReasonCode.OtherIommuInstance, table.Id.Value, name: Device.Name);
        foreach (PhysicalDevice member in Group.Members)
        {
            if (!pasid.IsNone && member.PasidBits != 0 && pasid.Value >> member.PasidBits != 0)
                return why.Because(ReasonCode.PasidTooLarge, pasid.Value, (1ul << member.PasidBits) - 1, name: member.Name);
        }

        int asked = 0;
        foreach (PhysicalDevice member in Group.Members)
        {
            // A device that sends no PASIDs is not disturbed by those of its neighbours.
            if (pasid.IsNone || member.PasidBits != 0)
                errno = member.Iommu.Attach(member, table, pasid, ref why);
            if (errno.Failed)
                break;
            asked++;
        }

        if (errno.Failed && Group.AttachmentOf(pasid).Table is null)
        {
            for (int i = 0; i < asked; i++)
                Group.Members[i].Iommu.Detach(Group.Members[i], pasid);
        }

        return errno;
    }

    /// <summary>Tables of requests without and with PASID hang together: the format must suit a PASID table once there is one.</summary>
    private Errno CheckPasids(Pasid pasid, PageTable table, ref Reason why)
    {
        if (table.PasidCompatible)
        {
            return !pasid.IsNone && Group.Table is { PasidCompatible: false } requests
                ? why.Because(ReasonCode.HwptNotForPasids, requests.Id.Value, pasid.Value, name: Device.Name)
                : Errno.Success;
        }

        return pasid.IsNone && Group.PasidCount == 0
            ? Errno.Success
            : why.Because(ReasonCode.HwptNotForPasids, table.Id.Value, pasid.Value, name: Device.Name);
    }

    private bool IsAttachedLocked(Pasid pasid) => Group.TableOf(pasid) is not null && Group.AttachmentOf(pasid).Contains(this);

    /// <summary>Detaches PASIDs as long as others can wait for the lock.</summary>
    /// <param name="from">The first one that may still be attached.</param>
    /// <param name="ending">What waits for their DMA.</param>
    /// <returns>True when some are left.</returns>
    private bool DetachSomePasids(ref uint from, ref DmaEnding ending)
    {
        lock (Context.Gate)
        {
            LockTime time = default;
            for (int count = 0; Group.TryFindPasid(from, out Pasid pasid); from = pasid.Value + 1)
            {
                if ((++count & 63) == 0 && time.IsUp)
                    return true;
                DetachLocked(pasid, ref ending);
            }

            return false;
        }
    }

    private void DetachAllLocked(ref DmaEnding ending)
    {
        DetachLocked(Pasid.None, ref ending);
        for (uint from = 1; Group.TryFindPasid(from, out Pasid pasid); from = pasid.Value + 1)
            DetachLocked(pasid, ref ending);
    }

    /// <summary>Undoes <see cref="AttachTo"/>: the last device of a group blocks it.</summary>
    private void DetachLocked(Pasid pasid, ref DmaEnding ending)
    {
        if (!pasid.IsValid || !IsAttachedLocked(pasid))
            return;
        PageTable table = Group.TableOf(pasid)!;
        ref Attachment attachment = ref Group.AttachmentOf(pasid);
        attachment.Remove(this);
        if (attachment.Count == 0)
        {
            attachment.Table = null;
            if (!pasid.IsNone)
                Group.CountPasid(-1);
            EndDma(table, pasid, ref ending);
            TellHardware(pasid);
        }

        if (pasid.IsNone)
            table.Space.Unreserve(Device);
        ending.Drop(table, 1);
    }

    /// <summary>The requests of the group are blocked, or not unblocked after all.</summary>
    private void TellHardware(Pasid pasid)
    {
        foreach (PhysicalDevice member in Group.Members)
        {
            if (pasid.IsNone || member.PasidBits != 0)
                member.Iommu.Detach(member, pasid);
        }
    }

    /// <summary>The attachment has changed: page requests that came through the old table are answered, and DMA that still uses it ends.</summary>
    private void EndDma(PageTable old, Pasid pasid, ref DmaEnding ending)
    {
        old.Faults?.GiveUp(old, Group, pasid);
        ending.Pass();
    }

    private static Errno ReserveRegions(Ioas space, PhysicalDevice device, ref Reason why)
    {
        Errno errno = FailurePoint.Step("reserved regions", ref why);
        if (errno.Failed)
            return errno;
        foreach (ReservedRegion region in device.ReservedRegions)
        {
            errno = space.Reserve(region.Range, device, aperture: false, device.Name, ref why);
            if (errno.Succeeded)
                continue;
            space.Unreserve(device);
            return errno;
        }

        return Errno.Success;
    }

    private Errno ReserveRegionsOfGroup(Ioas space, ref Reason why)
    {
        ref Attachment attachment = ref Group.AttachmentOf(Pasid.None);
        for (int i = 0; i < attachment.Count; i++)
        {
            Errno errno = ReserveRegions(space, attachment[i].Device, ref why);
            if (errno.Succeeded)
                continue;
            UnreserveGroup(space);
            return errno;
        }

        return Errno.Success;
    }

    private void UnreserveGroup(Ioas space)
    {
        ref Attachment attachment = ref Group.AttachmentOf(Pasid.None);
        for (int i = 0; i < attachment.Count; i++)
            space.Unreserve(attachment[i].Device);
    }
}
