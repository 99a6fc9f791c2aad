using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Legacy;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Legacy;

/// <summary>
/// An IOMMU group as legacy VFIO offers it: what its one open <c>/dev/vfio/N</c> and its devices share. Either the group's file is
/// open, or devices of it are bound by their own paths, never both (Linux 7.3, drivers/vfio/group.c).
/// </summary>
/// <remarks>
/// <see cref="_gate"/> guards everything here; it is taken before a device's gate, and before the locks of containers and of the
/// engine. As any client may open the group, nothing under it touches a client's memory or waits for DMA.
/// </remarks>
internal sealed class VfioGroup(IommuGroup group, string path)
{
    private readonly Lock _gate = new();
    private readonly List<VfioDevice> _devices = [];
    private bool _hasGone; // vfio-pci has let go of its last device
    private bool _open;
    private bool _fileClosed; // while devices that were opened through the container keep the group
    private int _boundByPath;
    private Container? _container;
    private int _users; // devices open through the container
    private IommuContext? _context;

    public string Path => path;

    public IommuGroup Group => group;

    /// <summary>Adds a device that vfio-pci has got.</summary>
    public void Add(VfioDevice device)
    {
        lock (_gate)
            _devices.Add(device);
    }

    /// <summary>Takes a device out, which no client has open.</summary>
    /// <returns>Whether it was the last: the group is of no use any more, and a file of it that is open neither.</returns>
    public bool Remove(VfioDevice device)
    {
        lock (_gate)
        {
            _ = _devices.Remove(device);
            if (_devices.Count != 0)
                return false;
            _hasGone = true;
            return true;
        }
    }

    /// <summary>The last device has gone: the group leaves its container, as a file of it that is still open cannot any more.</summary>
    public void Retire()
    {
        GroupEnding ending = default;
        lock (_gate)
            Leave(ref ending);
        ending.Finish();
    }

    /// <summary>open(2): one file at a time.</summary>
    /// <returns>ENODEV: its devices have gone; EBUSY: it is open, or a device of it is bound by its own path.</returns>
    public Errno Open(ref Reason why)
    {
        lock (_gate)
        {
            if (_hasGone)
                return why.Because(ReasonCode.DeviceRemoved, name: path);
            if (_boundByPath != 0)
                return why.Because(ReasonCode.GroupDevicesBound, (ulong)group.Id, (ulong)_boundByPath);
            if (_open)
                return why.Because(ReasonCode.GroupOpen, (ulong)group.Id, name: path);
            _open = true;
            return Errno.Success;
        }
    }

    /// <summary>The file was closed: the group leaves its container once no device is open through it.</summary>
    public void Close()
    {
        GroupEnding ending = default;
        lock (_gate)
        {
            _fileClosed = true;
            LeaveWhenUnused(ref ending);
        }

        ending.Finish();
    }

    /// <summary>A device is about to be bound by its own path.</summary>
    /// <returns>EBUSY: the group's file is open.</returns>
    public Errno Block(ref Reason why)
    {
        lock (_gate)
        {
            if (_open)
                return why.Because(ReasonCode.GroupOpen, (ulong)group.Id, name: path);
            _boundByPath++;
            return Errno.Success;
        }
    }

    /// <summary>The reverse of <see cref="Block"/>.</summary>
    public void Unblock()
    {
        lock (_gate)
            _boundByPath--;
    }

    /// <summary>Its container, or the context that it has instead; null without either. Of this moment: no lock is taken.</summary>
    public object? Holder => (object?)Volatile.Read(ref _container) ?? Volatile.Read(ref _context);

    /// <summary>VFIO_GROUP_GET_STATUS: whether the group has a container or an iommufd, and whether it could get one.</summary>
    /// <returns>ENODEV: its devices have gone.</returns>
    public Errno GetStatus(out bool hasContainer, out bool isViable, ref Reason why)
    {
        lock (_gate)
        {
            hasContainer = HasContainerLocked;
            isViable = hasContainer || !group.IsClaimed;
            return _hasGone ? why.Because(ReasonCode.DeviceRemoved, name: path) : Errno.Success;
        }
    }

    /// <summary>VFIO_GROUP_SET_CONTAINER with a container.</summary>
    /// <returns>EINVAL: the group has one; else as <see cref="Container.AddGroup"/>.</returns>
    public Errno SetContainer(Container container, ref Reason why)
    {
        lock (_gate)
        {
            Errno errno = CheckWithout(ref why);
            if (errno.Succeeded)
                errno = container.AddGroup(group, ref why);
            if (errno.Succeeded)
                _container = container;
            return errno;
        }
    }

    /// <summary>VFIO_GROUP_SET_CONTAINER with an iommufd, which is kept until the group lets go.</summary>
    /// <returns>EINVAL: the group has a container.</returns>
    public Errno SetContext(IommuContext context, ref Reason why)
    {
        lock (_gate)
        {
            Errno errno = CheckWithout(ref why);
            if (errno.Succeeded)
                errno = context.EnsureLegacySpace(ref why);
            if (errno.Failed)
                return errno;
            context.Hold();
            _context = context;
            return Errno.Success;
        }
    }

    /// <summary>The check that comes before the descriptor is looked at.</summary>
    /// <returns>EINVAL: the group has a container.</returns>
    public Errno CheckWithoutContainer(ref Reason why)
    {
        lock (_gate)
            return CheckWithout(ref why);
    }

    /// <summary>VFIO_GROUP_UNSET_CONTAINER.</summary>
    /// <returns>EINVAL: there is none; EBUSY: devices are open through it. An iommufd can be let go at any time.</returns>
    public Errno UnsetContainer(ref Reason why)
    {
        GroupEnding ending = default;
        lock (_gate)
        {
            if (!HasContainerLocked)
                return why.Because(ReasonCode.GroupWithoutContainer, (ulong)group.Id);
            if (_container is not null && _users != 0)
                return why.Because(ReasonCode.GroupHasOpenDevices, (ulong)group.Id, (ulong)_users);
            Leave(ref ending);
        }

        ending.Finish();
        return Errno.Success;
    }

    /// <summary>The device of a name, or null.</summary>
    public VfioDevice? Find(ReadOnlySpan<char> name)
    {
        lock (_gate)
        {
            foreach (VfioDevice device in _devices)
            {
                if (name.SequenceEqual(device.Function.Physical.Name))
                    return device;
            }

            return null;
        }
    }

    /// <summary>Opens a device; it may be open already. The first one binds it, if the group has an iommufd.</summary>
    /// <returns>ENODEV: it was pulled out; EINVAL: no container, or one without an IOMMU type; ENODEV: no compatibility IOAS; else as bind and attach.</returns>
    public Errno OpenDevice(VfioDevice device, ref Reason why)
    {
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (_gate)
            {
                if (!HasContainerLocked)
                    return why.Because(ReasonCode.GroupWithoutContainer, (ulong)group.Id);
                lock (device.Gate)
                {
                    if (device.Function.HasVanished)
                        return why.Because(ReasonCode.DeviceRemoved, name: device.Function.Physical.Name);
                    errno = Errno.Success;
                    if (device.OpenCount == 0)
                        errno = _context is { } context ? OpenThrough(context, device, ref attempt, ref why) : OpenThroughContainer(device, ref why);
                    if (errno.Succeeded)
                        device.OpenCount++;
                }
            }
        }
        while (attempt.IsToBeRepeated());
        return errno;
    }

    /// <summary>Closes a device that <see cref="OpenDevice"/> opened.</summary>
    public void CloseDevice(VfioDevice device)
    {
        GroupEnding ending = default;
        lock (_gate)
        {
            lock (device.Gate)
            {
                if (--device.OpenCount != 0)
                    return;
                device.Close();
                if (device.Bound is { } bound)
                {
                    device.Bound = null;
                    ending.Unbind(bound);
                }
                else
                    _users--;
            }

            LeaveWhenUnused(ref ending);
        }

        ending.Finish();
    }

    private bool HasContainerLocked => _container is not null || _context is not null;

    private Errno CheckWithout(ref Reason why)
    {
        if (HasContainerLocked)
            return why.Because(ReasonCode.GroupHasContainer, (ulong)group.Id);
        return _hasGone ? why.Because(ReasonCode.DeviceRemoved, name: path) : Errno.Success;
    }

    private Errno OpenThroughContainer(VfioDevice device, ref Reason why)
    {
        if (!_container!.HasIommu)
            return why.Because(ReasonCode.ContainerWithoutIommu);
        _users++;
        device.Function.Open();
        return Errno.Success;
    }

    private static Errno OpenThrough(IommuContext context, VfioDevice device, ref PinAttempt attempt, ref Reason why)
    {
        Errno errno = context.Bind(device.Function.Physical, out BoundDevice? bound, ref why);
        if (errno.Failed)
            return errno;
        device.Function.Open();
        errno = context.GetLegacySpace(out ObjectId table, ref why);
        if (errno.Succeeded)
            errno = bound!.Attach(Pasid.None, ref table, ref attempt, ref why);
        if (errno.Succeeded)
        {
            device.Bound = bound;
            return errno;
        }

        device.Function.Close();
        bound!.Unbind();
        return errno;
    }

    private void LeaveWhenUnused(ref GroupEnding ending)
    {
        if (!_fileClosed || _users != 0)
            return;
        Leave(ref ending);
        _open = _fileClosed = false;
    }

    /// <summary>Leaves the container or the iommufd, if it has one.</summary>
    private void Leave(ref GroupEnding ending)
    {
        if (_container is not null)
            ending.Leave(_container.RemoveGroup(group));
        _container = null;
        if (_context is not null)
            ending.Release(_context);
        _context = null;
    }
}
