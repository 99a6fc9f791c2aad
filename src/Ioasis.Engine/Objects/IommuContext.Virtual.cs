using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
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

    /// <summary>IOMMU_HW_QUEUE_ALLOC. The caller publishes or aborts what it gets.</summary>
    /// <param name="virtualIommu">The vIOMMU.</param>
    /// <param name="type">Which queue.</param>
    /// <param name="index">Its number among the vIOMMU's queues.</param>
    /// <param name="address">Its memory in the stage 2's address space: first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="made">The queue.</param>
    /// <param name="why">
    /// ENOENT: no such vIOMMU, or nothing is mapped there; EOPNOTSUPP: the type; ERANGE: too long; EFAULT: the memory does not follow
    /// each other; EINVAL, EEXIST, EIO: the index.
    /// </param>
    public Errno AllocateHardwareQueue(
        ObjectId virtualIommu, uint type, uint index, Iova address, ulong length, out HardwareQueue? made, ref Reason why)
    {
        made = null;
        List<MemoryPart> parts = [];
        HardwareQueue? queue;
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (Gate)
            {
                attempt.Enter(Backings);
                errno = BeginHardwareQueue(virtualIommu, type, index, address, length, out queue, parts, ref why);
                attempt.Leave(Backings);
                if (errno.Succeeded)
                    _holders++;
            }
        }
        while (attempt.IsToBeRepeated());
        if (errno.Failed)
            return errno;

        List<MemoryRun> pages = [];
        MemoryPart.Identify(parts, pages); // no lock is held
        lock (Gate)
        {
            errno = CheckFollows(pages, queue!, ref why);
            if (errno.Succeeded)
                errno = queue!.VirtualIommu.Enter(queue, ref why);
            if (errno.Succeeded)
                made = queue;
            else
                Remove(queue!);
        }

        Release();
        return errno;
    }

    /// <summary>Makes a queue that holds its memory, and that nobody finds.</summary>
    private Errno BeginHardwareQueue(
        ObjectId virtualIommu, uint type, uint index, Iova address, ulong length, out HardwareQueue? queue, List<MemoryPart> parts,
        ref Reason why)
    {
        queue = null;
        if (!TryFind(virtualIommu, VirtualIommu.KindName, out VirtualIommu owner, ref why, out Errno errno))
            return errno;
        errno = owner.CheckQueueType(type, ref why);
        if (errno.Failed)
            return errno;
        errno = FailurePoint.Allocate("hardware queue", ref why);
        if (errno.Failed)
            return errno;
        queue = new HardwareQueue(owner, type, index, address, length);
        owner.Users++;
        Reserve(queue);
        errno = HoldMemory(queue, parts, ref why);
        if (errno.Failed)
            Remove(queue);
        return errno;
    }

    private static Errno CheckFollows(List<MemoryRun> pages, HardwareQueue queue, ref Reason why)
    {
        for (int i = 1; i < pages.Count; i++)
        {
            MemoryRun before = pages[i - 1];
            if (!pages[i].IsBeside(in before) || pages[i].First != before.Last + 1)
                return why.Because(ReasonCode.QueueMemoryScattered, queue.Address.Value, queue.Length, (ulong)pages.Count);
        }

        return Errno.Success;
    }

    /// <summary>Pins the queue's memory, whole pages, through an access that nobody else uses.</summary>
    private Errno HoldMemory(HardwareQueue queue, List<MemoryPart> parts, ref Reason why)
    {
        const ulong PageMask = SystemPage.Size - 1;
        ulong offset = queue.Address.Value & PageMask;
        if (queue.Length > ulong.MaxValue - PageMask - offset)
            return why.Because(ReasonCode.QueueTooLong, queue.Length);
        ulong length = (offset + queue.Length + PageMask) & ~PageMask;

        Errno errno = FailurePoint.Allocate("access of a hardware queue", ref why);
        if (errno.Failed)
            return errno;
        Access access = new(this, pinsPages: true, unmapping: null);
        errno = access.Enter(queue.VirtualIommu.Parent.Space, ref why);
        if (errno.Failed)
            return errno;
        Reserve(access);
        PublishLocked(access);
        access.Users++;
        queue.Memory = access;
        errno = access.CheckPin(new Iova(queue.Address.Value - offset), length, ref why);
        if (errno.Failed)
            return errno;
        ulong first = queue.Address.Value - offset;
        return access.PinLocked(new AddressRange(first, first + (length - 1)), write: false, out _, parts, ref why);
    }

    /// <summary>Whether a client may map a part of the file.</summary>
    public bool HasWindow(ulong offset, ulong length)
    {
        lock (Gate)
            return Windows.Contains(offset, length);
    }
}
