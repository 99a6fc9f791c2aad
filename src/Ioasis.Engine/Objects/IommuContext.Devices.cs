using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on devices and page tables: bind, information, HWPT allocation.</summary>
public sealed partial class IommuContext
{
    /// <summary>VFIO_DEVICE_BIND_IOMMUFD, the engine's half: the device's whole group is owned by this context from now on.</summary>
    /// <returns>EINVAL: the device is bound already; EPERM: another context, or a driver of the system, owns its group.</returns>
    public Errno Bind(PhysicalDevice device, out BoundDevice? bound, ref Reason why)
    {
        lock (Gate)
        {
            Errno errno = BindLocked(device, out bound, ref why);
            if (errno.Succeeded)
                _holders++;
            return errno;
        }
    }

    internal Errno BindLocked(PhysicalDevice device, out BoundDevice? bound, ref Reason why)
    {
        bound = null;
        Errno errno = FailurePoint.Allocate("bound device", ref why);
        if (errno.Failed)
            return errno;
        BoundDevice made = new(this, device);
        lock (System.Gate)
        {
            if (device.Bound is { } holder)
                return why.Because(ReasonCode.DeviceAlreadyBound, holder.Id.Value, name: device.Name);
            if (device.Group.SystemUser is { } user)
                return why.Because(ReasonCode.GroupNotViable, (ulong)device.Group.Id, name: user);
            if (!device.Group.TryClaim(this))
                return why.Because(ReasonCode.GroupHeldElsewhere, (ulong)device.Group.Id, name: device.Name);
            device.Bound = made;
        }

        Reserve(made);
        PublishLocked(made);
        bound = made;
        return Errno.Success;
    }

    /// <summary>Finds a bound device by its number.</summary>
    /// <returns>ENOENT: there is none.</returns>
    public Errno FindDevice(ObjectId id, out PhysicalDevice? device, ref Reason why)
    {
        lock (Gate)
        {
            device = TryFind(id, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno) ? bound.Device : null;
            return errno;
        }
    }

    /// <summary>IOMMU_HWPT_ALLOC. The caller publishes or aborts what it gets.</summary>
    /// <param name="device">The device whose IOMMU makes it.</param>
    /// <param name="parent">An IOAS for a paging HWPT; a paging HWPT, or a vIOMMU, for a nested one.</param>
    /// <param name="flags">What it shall be able to do.</param>
    /// <param name="faultQueue">Where page requests go, when the flags say so.</param>
    /// <param name="data">The parameters of its format.</param>
    /// <param name="made">The HWPT; a paging one is a view of the IOAS already.</param>
    /// <param name="why">
    /// The reason of a failure. ENOENT: no such device or fault queue; EINVAL: no such parent, or one that cannot be a parent,
    /// or the parameters; EOPNOTSUPP: flags, or format; EFAULT: the parameters; else as Attach.
    /// </param>
    public Errno AllocateTable(
        ObjectId device, ObjectId parent, iommufd_hwpt_alloc_flags flags, ObjectId faultQueue, in UserData data, out PageTable? made,
        ref Reason why)
    {
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (Gate)
            {
                attempt.Enter(Backings);
                errno = AllocateTableLocked(device, parent, flags, faultQueue, in data, out made, ref why);
                attempt.Leave(Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        return errno;
    }

    private Errno AllocateTableLocked(
        ObjectId device, ObjectId parent, iommufd_hwpt_alloc_flags flags, ObjectId faultQueue, in UserData data, out PageTable? made,
        ref Reason why)
    {
        made = null;
        if (!TryFind(device, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno))
            return errno;
        errno = FailurePoint.Find("parent", ref why);
        if (errno.Failed)
            return errno;
        errno = _objects[parent.Value] switch
        {
            Ioas space => AllocatePaging(bound.Device, space, flags, in data, out made, ref why),
            HwPageTable table => AllocateNested(bound.Device, table, flags, in data, out made, ref why),
            VirtualIommu virtualIommu => AllocateNested(bound.Device, virtualIommu, flags, in data, out made, ref why),
            _ => why.Because(ReasonCode.HwptParentInvalid, parent.Value),
        };
        if (errno.Failed || (flags & iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID) == 0)
            return errno;
        if (TryFind(faultQueue, FaultQueue.KindName, out FaultQueue queue, ref why, out errno))
        {
            made!.SendFaultsTo(queue);
            return errno;
        }

        Remove(made!);
        made = null;
        return errno;
    }

    /// <summary>IOMMU_HWPT_INVALIDATE: the user's stage 1 tables, or what a vIOMMU's devices remember, have changed.</summary>
    /// <param name="id">A nested HWPT or a vIOMMU.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="done">How many were carried out, also when the call fails.</param>
    /// <param name="why">ENOENT: no such object; EINVAL: it is neither; else as the format says.</param>
    public Errno Invalidate(ObjectId id, in InvalidationArray requests, out uint done, ref Reason why)
    {
        done = 0;
        lock (Gate)
        {
            if (!TryFind(id, "nested HWPT or vIOMMU", out EngineObject found, ref why, out Errno errno))
                return errno;
            errno = FailurePoint.Allocate("invalidation requests", ref why);
            if (errno.Failed)
                return errno;
            return found switch
            {
                NestedPageTable table => table.Invalidate(in requests, out done, ref why),
                VirtualIommu virtualIommu => virtualIommu.Invalidate(in requests, out done, ref why),
                _ => why.Because(ReasonCode.NotInvalidatable, id.Value, name: found.Kind),
            };
        }
    }

    private Errno AllocatePaging(
        PhysicalDevice device, Ioas space, iommufd_hwpt_alloc_flags flags, in UserData data, out PageTable? made, ref Reason why)
    {
        const iommufd_hwpt_alloc_flags Known =
            iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_NEST_PARENT | iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING
            | iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID | iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID;
        made = null;
        if ((flags & ~Known) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)flags, (ulong)Known);
        bool tracksDirty = (flags & iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING) != 0;
        bool nestParent = (flags & iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_NEST_PARENT) != 0;
        if (tracksDirty && !device.Iommu.CanTrackDirty(device))
            return why.Because(ReasonCode.HwptFlagUnsupported, (ulong)flags, name: device.Name);
        if (nestParent && (flags & iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID) != 0)
            return why.Because(ReasonCode.NestParentCannotFault, (ulong)flags);
        Errno errno = device.Iommu.Describe(
            device, flags & ~iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID, in data, out PagingFormat format, ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Allocate("paging HWPT", ref why);
        if (errno.Failed)
            return errno;

        HwPageTable table = new(space, device.Iommu, automatic: false, in format)
        {
            NestParent = nestParent,
            TracksDirty = tracksDirty,
            PasidCompatible = (flags & iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID) != 0,
        };
        Reserve(table);
        errno = table.Link(ref why);
        if (errno.Failed)
        {
            Remove(table);
            return errno;
        }

        made = table;
        return Errno.Success;
    }

    private Errno AllocateNested(
        PhysicalDevice device, HwPageTable parent, iommufd_hwpt_alloc_flags flags, in UserData data, out PageTable? made, ref Reason why)
    {
        made = null;
        Errno errno = CheckNested(flags, in data, ref why);
        if (errno.Failed)
            return errno;
        return parent.Automatic || !parent.NestParent || parent.Iommu.Type != device.Iommu.Type
            ? why.Because(ReasonCode.HwptNotNestParent, parent.Id.Value, name: device.Name)
            : Nest(device.Iommu, parent, null, flags, in data, out made, ref why);
    }

    private Errno AllocateNested(
        PhysicalDevice device, VirtualIommu virtualIommu, iommufd_hwpt_alloc_flags flags, in UserData data, out PageTable? made, ref Reason why)
    {
        made = null;
        if (virtualIommu.Iommu != device.Iommu)
            return why.Because(ReasonCode.VirtualIommuOfOther, virtualIommu.Id.Value, name: device.Name);
        Errno errno = CheckNested(flags, in data, ref why);
        return errno.Failed ? errno : Nest(virtualIommu.Iommu, virtualIommu.Parent, virtualIommu, flags, in data, out made, ref why);
    }

    private static Errno CheckNested(iommufd_hwpt_alloc_flags flags, in UserData data, ref Reason why)
    {
        const iommufd_hwpt_alloc_flags Known =
            iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID | iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID;
        if ((flags & ~Known) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)flags, (ulong)Known);
        return data.IsNone ? why.Because(ReasonCode.NestedDataMissing) : Errno.Success;
    }

    private Errno Nest(
        Iommu iommu, HwPageTable parent, VirtualIommu? virtualIommu, iommufd_hwpt_alloc_flags flags, in UserData data, out PageTable? made,
        ref Reason why)
    {
        made = null;
        Errno errno = FailurePoint.Allocate("nested HWPT", ref why);
        if (errno.Failed)
            return errno;
        errno = iommu.Nest(
            parent, virtualIommu, flags & ~iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID, in data, out NestedPageTable? nested, ref why);
        made = nested;
        if (errno.Failed)
            return errno;
        nested!.PasidCompatible = (flags & iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID) != 0;
        Reserve(nested);
        return Errno.Success;
    }
}
