using System.Collections.Concurrent;
using Ioasis.Devices.Drivers;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Legacy;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>
/// Which character devices a machine has now: <c>/dev/iommu</c>, a <c>/dev/vfio/devices/vfioN</c> for each function that vfio-pci has, and
/// of legacy VFIO <c>/dev/vfio/vfio</c> and a <c>/dev/vfio/N</c> for each IOMMU group with such a function.
/// </summary>
/// <remarks>Thread-safe. What the bus tells comes one after the other, under its lock or from the last file of a device.</remarks>
public sealed class DeviceNodes : IVfioClients
{
    private readonly ConcurrentDictionary<string, DeviceNode> _byPath = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<IommuGroup, VfioGroup> _groups = [];
    private readonly Dictionary<PciAddress, ResetSet> _sets = [];
    private readonly Dictionary<PciFunction, VfioDevice> _devices = [];

    public DeviceNodes(Machine machine)
    {
        Machine = machine;
        MockIommu? mock = machine.Iommus.OfType<MockIommu>().FirstOrDefault();
        Add(IommufdFile.DevicePath, CharacterNumbers.MiscMajor, CharacterNumbers.IommuMinor,
            () => new IommufdFile(new IommuContext(machine.System), mock));
        Add(ContainerFile.DevicePath, CharacterNumbers.MiscMajor, CharacterNumbers.ContainerMinor,
            () => new ContainerFile(machine.System));
        machine.Bus.Serve(this);
    }

    public Machine Machine { get; }

    public IReadOnlyList<DeviceNode> All => [.. _byPath.Values.OrderBy(node => node.Path, StringComparer.Ordinal)];

    /// <summary>The device at a normal absolute path.</summary>
    public bool TryFind(string path, out DeviceNode? node) => _byPath.TryGetValue(path, out node);

    void IVfioClients.Arrive(PciSlot slot, uint groupMinor)
    {
        PciFunction function = slot.Function;
        lock (_lock)
        {
            if (!_groups.TryGetValue(function.Physical.Group, out VfioGroup? group))
            {
                group = new VfioGroup(function.Physical.Group, $"/dev/vfio/{function.Physical.Group.Id}");
                _groups.Add(group.Group, group);
                Add(group, groupMinor);
            }

            var device = new VfioDevice(function, group, SetOf(function), PathOf(slot), tell: line => Machine.Tell(line));
            group.Add(device);
            device.Set.Add(device);
            _devices.Add(function, device);
            Add(device, (uint)slot.Number);
        }
    }

    void IVfioClients.Leave(PciSlot slot, Action left)
    {
        VfioDevice device;
        lock (_lock)
            device = _devices[slot.Function];
        _ = _byPath.TryRemove(device.Path, out _);
        device.Leave(() =>
        {
            bool isLast;
            lock (_lock)
            {
                _ = _devices.Remove(device.Function);
                device.Set.Remove(device);
                isLast = device.Group.Remove(device);
                if (isLast)
                {
                    _ = _groups.Remove(device.Group.Group);
                    _ = _byPath.TryRemove(device.Group.Path, out _);
                }
            }

            if (isLast)
                device.Group.Retire();
            left();
        });
    }

    private static string PathOf(PciSlot slot) => $"/dev/vfio/devices/vfio{slot.Number}";

    /// <summary>What is reset together: functions behind one bridge; one on a root bus is alone.</summary>
    private ResetSet SetOf(PciFunction function)
    {
        if (function.Bridge is not { } bridge)
            return new ResetSet(null);
        if (!_sets.TryGetValue(bridge, out ResetSet? set))
            _sets.Add(bridge, set = new ResetSet(bridge));
        return set;
    }

    /// <summary>A device whose file is made anew by each open, which cannot fail.</summary>
    private void Add(string path, uint major, uint minor, Func<DeviceFile> open) => Add(new DeviceNode(path, major, minor, (out DeviceFile? file, ref Reason _) =>
    {
        file = open();
        return Errno.Success;
    }));

    private void Add(VfioDevice device, uint minor) => Add(new DeviceNode(device.Path, CharacterNumbers.VfioMajor, minor, (out DeviceFile? file, ref Reason why) =>
    {
        Errno errno = device.TryHold(ref why);
        file = errno.Succeeded ? new VfioDeviceFile(device, device.Path, throughGroup: false) : null;
        return errno;
    }));

    private void Add(VfioGroup group, uint minor) => Add(new DeviceNode(group.Path, CharacterNumbers.GroupMajor, minor, (out DeviceFile? file, ref Reason why) =>
    {
        Errno errno = group.Open(ref why);
        file = errno.Succeeded ? new GroupFile(group) : null;
        return errno;
    }));

    private void Add(DeviceNode node) => _byPath[node.Path] = node;
}
