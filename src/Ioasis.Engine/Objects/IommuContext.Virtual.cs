using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on vIOMMUs and on what hangs on them.</summary>
public sealed partial class IommuContext
{
    /// <summary>IOMMU_VIOMMU_ALLOC. The caller publishes or aborts what it gets, and shows its window.</summary>
    /// <param name="device">A device behind the physical IOMMU.</param>
    /// <param name="parent">The stage 2: a HWPT allocated with NEST_PARENT.</param>
    /// <param name="type">Which vIOMMU.</param>
    /// <param name="data">The type's own parameters.</param>
    /// <param name="made">The vIOMMU.</param>
    /// <param name="why">ENOENT: no such device or HWPT; EINVAL: not a nest parent, or the parameters; EOPNOTSUPP: the type; EFAULT.</param>
    public Errno AllocateVirtualIommu(
        ObjectId device, ObjectId parent, uint type, in UserData data, out VirtualIommu? made, ref Reason why)
    {
        made = null;
        lock (Gate)
        {
            if (!TryFind(device, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno))
                return errno;
            errno = bound.Device.Iommu.CheckVirtual(type, ref why);
            if (errno.Failed || !TryFind(parent, "paging HWPT", out HwPageTable table, ref why, out errno))
                return errno;
            if (!table.NestParent)
                return why.Because(ReasonCode.HwptNotNestParent, parent.Value, name: bound.Device.Name);
            errno = FailurePoint.Allocate("vIOMMU", ref why);
            if (errno.Failed)
                return errno;
            errno = bound.Device.Iommu.Virtualize(table, type, in data, out made, ref why);
            if (errno.Succeeded)
                Reserve(made!);
            return errno;
        }
    }

    /// <summary>IOMMU_VDEVICE_ALLOC. The caller publishes or aborts what it gets.</summary>
    /// <param name="virtualIommu">The vIOMMU.</param>
    /// <param name="device">The device.</param>
    /// <param name="virtualId">Its number in the vIOMMU.</param>
    /// <param name="made">The vDevice.</param>
    /// <param name="why">ENOENT: no such object; EINVAL: another IOMMU's device; EEXIST: the device has a vDevice, or the number is taken.</param>
    public Errno AllocateVirtualDevice(
        ObjectId virtualIommu, ObjectId device, ulong virtualId, out VirtualDevice? made, ref Reason why)
    {
        made = null;
        lock (Gate)
        {
            if (!TryFind(virtualIommu, VirtualIommu.KindName, out VirtualIommu owner, ref why, out Errno errno)
                || !TryFind(device, BoundDevice.KindName, out BoundDevice bound, ref why, out errno))
                return errno;
            if (owner.Iommu != bound.Device.Iommu)
                return why.Because(ReasonCode.VirtualIommuOfOther, virtualIommu.Value, name: bound.Device.Name);
            if (bound.Virtual is { } other)
                return why.Because(ReasonCode.DeviceVirtualAlready, other.Id.Value, other.VirtualId, name: bound.Device.Name);
            if (owner.FindDevice(virtualId) is { } holder)
                return why.Because(ReasonCode.VirtualIdTaken, virtualId, virtualIommu.Value, name: holder.Name);
            errno = FailurePoint.Allocate("vDevice", ref why);
            if (errno.Failed)
                return errno;
            made = new VirtualDevice(owner, bound, virtualId);
            owner.TryAdd(made);
            Reserve(made);
            return Errno.Success;
        }
    }

    /// <summary>IOMMU_VEVENTQ_ALLOC. The caller publishes or aborts what it gets, and makes its file as for a fault queue.</summary>
    /// <param name="virtualIommu">The vIOMMU.</param>
    /// <param name="type">Which events.</param>
    /// <param name="depth">How many wait at most.</param>
    /// <param name="made">The queue.</param>
    /// <param name="why">ENOENT: no such vIOMMU; EEXIST: it has a queue of the type.</param>
    public Errno AllocateEventQueue(ObjectId virtualIommu, uint type, uint depth, out EventQueue? made, ref Reason why)
    {
        made = null;
        lock (Gate)
        {
            if (!TryFind(virtualIommu, VirtualIommu.KindName, out VirtualIommu owner, ref why, out Errno errno))
                return errno;
            errno = FailurePoint.Allocate("event queue", ref why);
            if (errno.Failed)
                return errno;
            EventQueue queue = new(owner, type, depth);
            if (!owner.TryAdd(queue))
                return why.Because(ReasonCode.EventQueueExists, virtualIommu.Value, type);
            owner.Users++;
            Reserve(queue);
            made = queue;
            return Errno.Success;
        }
    }

    /// <summary>Whether a client may map a part of the file.</summary>
    public bool HasWindow(ulong offset, ulong length)
    {
        lock (Gate)
            return Windows.Contains(offset, length);
    }
}
