using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Legacy;

/// <summary>
/// One open <c>/dev/vfio/vfio</c>: IOMMU groups, and (once VFIO_SET_IOMMU has been called) one address space with the rules of
/// type 1 that all their devices do DMA through. It is an ordinary <see cref="IommuContext"/> of its own, in which nobody sees
/// an object's number: every device of a group is bound to it, and attached to its only <see cref="Ioas"/>.
/// </summary>
/// <remarks>
/// <see cref="_calls"/> guards everything; it is taken before any lock of the engine. Linux's container holds its lock also while it copies
/// a bitmap, pins, and waits for hardware. Ours does not, as another client may share the container, or close its group: a call leaves the
/// lock for that, and looks again whether all is as it was. Split by verb: Map, Unmap, Dirty. Ends of ranges are inclusive (<c>last</c>). Source:
/// Linux 7.3, drivers/vfio/container.c and vfio_iommu_type1.c.
/// </remarks>
public sealed partial class Container
{
    private readonly Lock _calls = new();
    private readonly IommuContext _context;
    private readonly List<(IommuGroup Group, List<BoundDevice> Devices)> _groups = [];
    private Ioas? _space; // null until an IOMMU type is set
    private bool _exact;
    private uint _entryLimit;
    private bool _closed;

    public Container(IommuSystem system) => _context = new IommuContext(system);

    /// <inheritdoc cref="IommuContext.CheckMemory"/>
    public Errno CheckMemory(EngineMemory payer, ref Reason why) => _context.CheckMemory(payer, ref why);

    /// <inheritdoc cref="IommuContext.SettleMemory"/>
    public void SettleMemory() => _context.SettleMemory();

    /// <summary>Whether an IOMMU type is set. Any thread.</summary>
    public bool HasIommu
    {
        get
        {
            lock (_calls)
                return _space is not null;
        }
    }

    /// <summary>The type is version 2: an unmap must not cut a mapping. Meaningful with an IOMMU type only.</summary>
    public bool IsExact
    {
        get
        {
            lock (_calls)
                return _exact;
        }
    }

    /// <summary>VFIO_CHECK_EXTENSION(VFIO_DMA_CC_IOMMU): whether all DMA is cache-coherent.</summary>
    public bool IsCoherent
    {
        get
        {
            lock (_calls)
            {
                lock (_context.Gate)
                    return _space is { IsCoherent: true };
            }
        }
    }

    /// <summary>VFIO_GROUP_SET_CONTAINER: the group's devices are owned by this container, and do DMA through it if a type is set.</summary>
    /// <returns>
    /// EPERM: somebody else owns the group; EBUSY: an address behind a mapping is being changed; EINVAL: what is mapped cannot be
    /// translated for these devices, or hardware and system do not go together.
    /// </returns>
    public Errno AddGroup(IommuGroup group, ref Reason why)
    {
        lock (_calls)
        {
            List<BoundDevice> devices = [];
            Errno errno = Claim(group, devices, ref why);
            if (errno.Succeeded && _space is not null)
                errno = _moving.Count != 0 ? why.Because(ReasonCode.AddressesInvalid, (ulong)_moving.Count) : Attach(devices, ref why);
            if (errno.Succeeded)
            {
                _groups.Add((group, devices));
                return errno;
            }

            // They have done no DMA through it: there is nothing to wait for.
            ContainerEnding ending = new(_context);
            ending.Unbind(devices);
            ending.Finish();
            return errno;
        }
    }

    /// <summary>The group leaves. With the last one the IOMMU type goes, and everything that was mapped.</summary>
    /// <returns>What the caller finishes when it has left its own locks.</returns>
    public ContainerEnding RemoveGroup(IommuGroup group)
    {
        lock (_calls)
        {
            int index = _groups.FindIndex(one => one.Group == group);
            List<BoundDevice> devices = _groups[index].Devices;
            _groups.RemoveAt(index);
            ContainerEnding ending = new(_context);
            ending.Unbind(devices);
            if (_groups.Count != 0)
                return ending;
            ending.Drop(TakeSpace());
            if (_closed)
                ending.Close();
            return ending;
        }
    }

    /// <summary>VFIO_SET_IOMMU with one of the types that exist here.</summary>
    /// <param name="exact">Version 2.</param>
    /// <param name="entryLimit">The most mappings (vfio_iommu_type1's parameter dma_entry_limit).</param>
    /// <param name="why">The reason of a failure. EINVAL: no group is there, or a type is set already; else as <see cref="AddGroup"/>.</param>
    public Errno SetIommu(bool exact, uint entryLimit, ref Reason why)
    {
        ContainerEnding ending = new(_context);
        Errno outcome;
        lock (_calls)
        {
            Errno errno = CheckUnset(ref why);
            if (errno.Succeeded)
                errno = FailurePoint.Allocate("IOMMU of a container", ref why);
            if (errno.Failed)
                return errno;
            _space = _context.AllocateSpace();
            _context.Publish(_space);
            (_exact, _entryLimit) = (exact, entryLimit);
            foreach ((_, List<BoundDevice> devices) in _groups)
            {
                errno = Attach(devices, ref why);
                if (errno.Failed)
                    break;
            }

            if (errno.Succeeded)
                return errno;
            foreach ((_, List<BoundDevice> devices) in _groups)
                ending.Detach(devices);
            ending.Drop(TakeSpace());
            outcome = errno;
        }

        ending.Finish();
        return outcome;
    }

    /// <summary>Whether an IOMMU type can be set now.</summary>
    /// <returns>EINVAL: no group is there, or a type is set already.</returns>
    public Errno CheckIommuUnset(ref Reason why)
    {
        lock (_calls)
            return CheckUnset(ref why);
    }

    /// <summary>The file was closed. Groups that are still there keep everything alive.</summary>
    public void Close()
    {
        lock (_calls)
        {
            _closed = true;
            if (_groups.Count != 0)
                return;
        }

        _context.Release();
    }

    private Errno CheckUnset(ref Reason why)
    {
        if (_groups.Count == 0)
            return why.Because(ReasonCode.ContainerEmpty);
        return _space is null ? Errno.Success : why.Because(ReasonCode.ContainerHasIommu, _exact ? 2u : 1u);
    }

    private Errno Claim(IommuGroup group, List<BoundDevice> devices, ref Reason why)
    {
        foreach (PhysicalDevice member in group.Members)
        {
            Errno errno = _context.Bind(member, out BoundDevice? bound, ref why);
            if (errno.Code is ErrnoCode.EINVAL or ErrnoCode.EPERM && why.Code != ReasonCode.GroupNotViable)
                return why.Because(ReasonCode.GroupHeldElsewhere, (ulong)group.Id, name: member.Name);
            if (errno.Failed)
                return errno;
            devices.Add(bound!);
        }

        return Errno.Success;
    }

    private Errno Attach(List<BoundDevice> devices, ref Reason why)
    {
        foreach (BoundDevice device in devices)
        {
            ObjectId space = _space!.Id;
            Errno errno = device.Attach(Pasid.None, ref space, ref why);
            if (errno.Succeeded)
                continue;
            // They share a group, which has done nothing yet that could be waited for.
            devices.ForEach(static one => one.Detach(Pasid.None));
            return errno.Code == ErrnoCode.EADDRINUSE
                ? why.Because(ReasonCode.MappedWhereGroupCannot, why.A, why.B, why.C, why.D, device.Device.Name)
                : errno;
        }

        return Errno.Success;
    }

    /// <summary>No device is attached any more: the address space is to go with everything that is mapped.</summary>
    private Ioas? TakeSpace()
    {
        Ioas? space = _space;
        _space = null;
        _moving.Clear();
        IsTracking = false;
        return space;
    }

    /// <summary>A call has used an address space without a lock, and had to be waited for if that was to go.</summary>
    private void DropWhenLeft(Ioas space)
    {
        lock (_calls)
        {
            if (_space == space)
                return;
        }

        _context.DestroyUnused(space);
    }
}
