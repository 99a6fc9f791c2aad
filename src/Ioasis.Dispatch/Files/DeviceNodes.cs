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
/// Which character devices a machine has: <c>/dev/iommu</c>, a <c>/dev/vfio/devices/vfioN</c> for each function, and of legacy VFIO
/// <c>/dev/vfio/vfio</c> and a <c>/dev/vfio/N</c> for each IOMMU group.
/// </summary>
public sealed class DeviceNodes
{
    private readonly List<DeviceNode> _all = [];
    private readonly Dictionary<string, DeviceNode> _byPath = [];

    public DeviceNodes(Machine machine)
    {
        Machine = machine;
        MockIommu? mock = machine.Iommus.OfType<MockIommu>().FirstOrDefault();
        Add(IommufdFile.DevicePath, CharacterNumbers.MiscMajor, CharacterNumbers.IommuMinor,
            () => new IommufdFile(new IommuContext(machine.System), mock));
        Add(ContainerFile.DevicePath, CharacterNumbers.MiscMajor, CharacterNumbers.ContainerMinor,
            () => new ContainerFile(machine.System));

        var groups = new Dictionary<IommuGroup, VfioGroup>();
        foreach (IommuGroup group in machine.Groups)
        {
            var shared = new VfioGroup(group, $"/dev/vfio/{group.Id}");
            Add(shared, (uint)groups.Count);
            groups.Add(group, shared);
        }

        var sets = new Dictionary<PciAddress, ResetSet>();
        for (int index = 0; index < machine.Functions.Count; index++)
        {
            PciFunction function = machine.Functions[index];
            string path = $"/dev/vfio/devices/vfio{index}";
            VfioGroup group = groups[function.Physical.Group];
            ResetSet set = function.Bridge is { } bridge && sets.TryGetValue(bridge, out ResetSet? together) ? together : new ResetSet(function.Bridge);
            if (function.Bridge is { } above)
                sets[above] = set;
            var device = new VfioDevice(function, group, set);
            group.Add(device);
            set.Add(device);
            Add(path, CharacterNumbers.VfioMajor, (uint)index, () => new VfioDeviceFile(device, path, throughGroup: false));
        }
    }

    public Machine Machine { get; }

    public IReadOnlyList<DeviceNode> All => _all;

    /// <summary>The device at a normal absolute path.</summary>
    public bool TryFind(string path, out DeviceNode? node) => _byPath.TryGetValue(path, out node);

    /// <summary>A device whose file is made anew by each open, which cannot fail.</summary>
    private void Add(string path, uint major, uint minor, Func<DeviceFile> open) => Add(new DeviceNode(path, major, minor, (out DeviceFile? file, ref Reason _) =>
    {
        file = open();
        return Errno.Success;
    }));

    private void Add(VfioGroup group, uint minor) => Add(new DeviceNode(group.Path, CharacterNumbers.GroupMajor, minor, (out DeviceFile? file, ref Reason why) =>
    {
        Errno errno = group.Open(ref why);
        file = errno.Succeeded ? new GroupFile(group) : null;
        return errno;
    }));

    private void Add(DeviceNode node)
    {
        _all.Add(node);
        _byPath.Add(node.Path, node);
    }
}
