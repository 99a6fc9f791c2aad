using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>Attach, replace and detach: which page table the device's DMA goes through.</summary>
public sealed partial class BoundDevice
{
    /// <summary>
    /// Attaches to a HWPT, or to an IOAS through a HWPT that is found or made; replaces without a gap when the device is
    /// attached already. On failure nothing has changed.
    /// </summary>
    /// <param name="pageTable">In: an IOAS or HWPT. Out: the HWPT.</param>
    /// <param name="why">
    /// The reason of a failure. ENOENT: no such object; EINVAL: it is neither, or it does not go with the device or its
    /// group; EADDRINUSE: areas lie where the hardware cannot translate; EFAULT, ENOMEM: areas cannot be pinned.
    /// </param>
    public Errno Attach(ref ObjectId pageTable, ref Reason why)
    {
        lock (Context.Gate)
        {
            if (!Context.TryFind(pageTable, "IOAS or HWPT", out EngineObject found, ref why, out Errno errno))
                return errno;
            return found switch
            {
                HwPageTable table => ChangeTo(table, ref why),
                Ioas space => ChangeTo(space, ref pageTable, ref why),
                _ => why.Because(ReasonCode.NotAttachable, pageTable.Value),
            };
        }
    }

    /// <summary>Blocks the device's DMA again. Nothing happens when it is not attached.</summary>
    public void Detach()
    {
        lock (Context.Gate)
            DetachLocked();
    }

    private Errno ChangeTo(HwPageTable table, ref Reason why) =>
        AttachedTable is null ? AttachTo(table, ref why) : ReplaceBy(table, ref why);

    /// <summary>Takes the first automatic HWPT of the IOAS that fits, else makes one.</summary>
    private Errno ChangeTo(Ioas space, ref ObjectId pageTable, ref Reason why)
    {
        for (HwPageTable? table = space.FirstTable; table is not null; table = table.Next)
        {
            if (!table.Automatic)
                continue;
            Errno errno = ChangeTo(table, ref why);
            if (errno.Code == ErrnoCode.EINVAL)
                continue; // it does not fit this device; another, or a new one, may
            if (errno.Succeeded)
                pageTable = table.Id;
            return errno;
        }

        HwPageTable made = new(space, Device.Iommu, automatic: true);
        Context.Reserve(made);
        Errno result = AttachedTable is null ? AttachToNew(made, ref why) : ReplaceByNew(made, ref why);
        if (result.Failed)
        {
            Context.Remove(made);
            return result;
        }

        Context.PublishLocked(made);
        pageTable = made.Id;
        return Errno.Success;
    }

    /// <summary>Attach first, then make it a view: so a conflict is told in the order in which Linux finds it.</summary>
    private Errno AttachToNew(HwPageTable made, ref Reason why)
    {
        Errno errno = AttachTo(made, ref why);
        if (errno.Failed)
            return errno;
        errno = made.Link(ref why);
        if (errno.Failed)
            Undo(made);
        return errno;
    }

    private Errno ReplaceByNew(HwPageTable made, ref Reason why)
    {
        Errno errno = made.Link(ref why);
        return errno.Failed ? errno : ReplaceBy(made, ref why);
    }

    private Errno AttachTo(HwPageTable table, ref Reason why)
    {
        bool first = Group.Attached.Count == 0;
        if (!first && Group.Table != table)
            return why.Because(ReasonCode.GroupAttachedElsewhere, (ulong)Group.Id, Group.Table!.Id.Value, name: Device.Name);
        Errno errno = ReserveRegions(table.Space, Device, ref why);
        if (errno.Failed)
            return errno;
        if (first && table.Iommu != Device.Iommu)
        {
            table.Space.Unreserve(Device);
            return why.Because(ReasonCode.OtherIommuInstance, table.Id.Value, name: Device.Name);
        }

        Group.Attached.Add(this);
        table.Users++;
        Group.Table = table;
        return Errno.Success;
    }

    /// <summary>Moves the whole group: its devices cannot be kept apart.</summary>
    private Errno ReplaceBy(HwPageTable table, ref Reason why)
    {
        HwPageTable old = Group.Table!;
        if (table == old)
            return Errno.Success;
        bool otherSpace = table.Space != old.Space;
        Errno errno = otherSpace ? ReserveRegionsOfGroup(table.Space, ref why) : Errno.Success;
        if (errno.Failed)
            return errno;
        if (table.Iommu != Device.Iommu)
        {
            if (otherSpace)
                UnreserveGroup(table.Space);
            return why.Because(ReasonCode.OtherIommuInstance, table.Id.Value, name: Device.Name);
        }

        Group.Table = table;
        Context.Barrier.Wait();
        if (otherSpace)
            UnreserveGroup(old.Space);
        table.Users += Group.Attached.Count;
        Drop(old, Group.Attached.Count);
        return Errno.Success;
    }

    private void DetachLocked()
    {
        if (AttachedTable is not { } table)
            return;
        Undo(table);
        Drop(table, 0);
    }

    /// <summary>Undoes <see cref="AttachTo"/>: the last device of a group blocks it.</summary>
    private void Undo(HwPageTable table)
    {
        Group.Attached.Remove(this);
        if (Group.Attached.Count == 0)
        {
            Group.Table = null;
            Context.Barrier.Wait();
        }

        table.Space.Unreserve(Device);
        table.Users--;
    }

    /// <summary>Takes users from a page table; an automatic one goes with the last.</summary>
    private void Drop(HwPageTable table, int users)
    {
        table.Users -= users;
        if (table.Automatic && table.Users == 0)
            Context.Remove(table);
    }

    private static Errno ReserveRegions(Ioas space, PhysicalDevice device, ref Reason why)
    {
        foreach (ReservedRegion region in device.ReservedRegions)
        {
            Errno errno = space.Reserve(region.Range, device, aperture: false, device.Name, ref why);
            if (errno.Succeeded)
                continue;
            space.Unreserve(device);
            return errno;
        }

        return Errno.Success;
    }

    private Errno ReserveRegionsOfGroup(Ioas space, ref Reason why)
    {
        foreach (BoundDevice member in Group.Attached)
        {
            Errno errno = ReserveRegions(space, member.Device, ref why);
            if (errno.Succeeded)
                continue;
            UnreserveGroup(space);
            return errno;
        }

        return Errno.Success;
    }

    private void UnreserveGroup(Ioas space)
    {
        foreach (BoundDevice member in Group.Attached)
            space.Unreserve(member.Device);
    }
}
