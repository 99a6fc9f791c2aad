using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>
/// A vIOMMU: the slice of one physical IOMMU that a virtual machine has as its own, over a stage 2 that maps its memory. Devices
/// have numbers of the machine's own in it (vDevices), their events go to its event queues.
/// </summary>
/// <remarks>
/// Made by the type of IOMMU; guarded by the context's lock, except for the lists of vDevices and event queues, which devices read:
/// those have a lock of their own, taken after the context's.
/// </remarks>
public abstract class VirtualIommu : EngineObject
{
    internal const string KindName = "vIOMMU";

    private readonly Lock _lists = new();
    private readonly Dictionary<ulong, VirtualDevice> _devices = [];
    private readonly Dictionary<PhysicalDevice, ulong> _numbers = []; // the same, the other way round: a device has one number in it
    private readonly Dictionary<uint, EventQueue> _queues = []; // by type

    private protected VirtualIommu(HwPageTable parent, Iommu iommu, uint type)
        : base(parent.Context)
    {
        Parent = parent;
        Iommu = iommu;
        Type = type;
        parent.Users++;
    }

    public override string Kind => KindName;

    /// <summary>The stage 2 of everything in it.</summary>
    public HwPageTable Parent { get; }

    public Iommu Iommu { get; }

    /// <summary>Its type, as IOMMU_VIOMMU_ALLOC named it.</summary>
    public uint Type { get; }

    /// <summary>The part of <c>/dev/iommu</c> that clients map to reach it; null when it has none.</summary>
    public FileWindow? Window { get; private protected init; }

    /// <summary>What the client is told beside the structure, as the type of IOMMU defines it; empty for nothing.</summary>
    public ReadOnlyMemory<byte> Answer { get; private protected init; }

    /// <summary>IOMMU_HWPT_INVALIDATE of the whole vIOMMU; see <see cref="NestedPageTable.Invalidate"/>.</summary>
    internal abstract Errno Invalidate(in InvalidationArray requests, out uint done, ref Reason why);

    /// <summary>The number that a device has in it.</summary>
    /// <returns>False: no vDevice stands for the device.</returns>
    internal bool TryFindId(PhysicalDevice device, out ulong id)
    {
        lock (_lists)
            return _numbers.TryGetValue(device, out id);
    }

    /// <summary>The device that has a number in it; null for none.</summary>
    internal PhysicalDevice? FindDevice(ulong id)
    {
        lock (_lists)
            return _devices.GetValueOrDefault(id)?.Bound.Device;
    }

    internal bool TryAdd(VirtualDevice device)
    {
        lock (_lists)
        {
            if (!_devices.TryAdd(device.VirtualId, device))
                return false;
            _numbers[device.Bound.Device] = device.VirtualId;
            return true;
        }
    }

    internal void Remove(VirtualDevice device)
    {
        lock (_lists)
        {
            _devices.Remove(device.VirtualId);
            _numbers.Remove(device.Bound.Device);
        }
    }

    internal bool TryAdd(EventQueue queue)
    {
        lock (_lists)
            return _queues.TryAdd(queue.Type, queue);
    }

    internal void Remove(EventQueue queue)
    {
        lock (_lists)
        {
            if (_queues.GetValueOrDefault(queue.Type) == queue) // else it was never in
                _queues.Remove(queue.Type);
        }
    }

    /// <summary>Something has happened that the virtual machine shall know of. Any thread, in no DMA section.</summary>
    /// <param name="type">The type of event queue that it belongs to.</param>
    /// <param name="record">The event, as that type defines it.</param>
    /// <param name="why">EOPNOTSUPP: the client has no queue of that type.</param>
    internal Errno Report(uint type, ReadOnlySpan<byte> record, ref Reason why)
    {
        lock (_lists)
        {
            if (!_queues.TryGetValue(type, out EventQueue? queue))
                return why.Because(ReasonCode.NoEventQueue, Id.Value, type);
            queue.Add(record);
            return Errno.Success;
        }
    }

    /// <summary>Whether it has hardware queues of a type.</summary>
    /// <returns>EOPNOTSUPP: it has none.</returns>
    internal virtual Errno CheckQueueType(uint type, ref Reason why) => why.Because(ReasonCode.QueueTypeUnknown, type);

    /// <summary>Takes a hardware queue in; the last word of the hardware.</summary>
    /// <returns>EINVAL: no such index; EEXIST: it is taken; EIO: the one before it is not there.</returns>
    internal virtual Errno Enter(HardwareQueue queue, ref Reason why) => CheckQueueType(queue.Type, ref why);

    /// <summary>A hardware queue goes; nothing happens when it had not been taken in.</summary>
    internal virtual void Leave(HardwareQueue queue)
    {
    }

    private protected override void OnDestroy()
    {
        if (Window is not null)
            Context.Windows.Remove(Window);
        Parent.Users--;
    }
}
