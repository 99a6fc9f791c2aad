using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;

namespace Ioasis.Dispatch.Files;

/// <summary>Which character devices a machine has: <c>/dev/iommu</c>, and a <c>/dev/vfio/devices/vfioN</c> for each function.</summary>
public sealed class DeviceNodes
{
    private readonly Dictionary<string, DeviceNode> _byPath = [];

    public DeviceNodes(Machine machine)
    {
        MockIommu? mock = machine.Iommus.OfType<MockIommu>().FirstOrDefault();
        var all = new List<DeviceNode>
        {
            new(IommufdFile.DevicePath, CharacterNumbers.MiscMajor, CharacterNumbers.IommuMinor,
                () => new IommufdFile(new IommuContext(machine.System), mock)),
        };
        for (int index = 0; index < machine.Functions.Count; index++)
        {
            string path = $"/dev/vfio/devices/vfio{index}";
            var device = new VfioDevice(machine.Functions[index]);
            all.Add(new DeviceNode(path, CharacterNumbers.VfioMajor, (uint)index, () => new VfioDeviceFile(device, path)));
        }
        All = all;
        foreach (DeviceNode node in all)
            _byPath.Add(node.Path, node);
    }

    public IReadOnlyList<DeviceNode> All { get; }

    /// <summary>The device at a normal absolute path.</summary>
    public bool TryFind(string path, out DeviceNode? node) => _byPath.TryGetValue(path, out node);
}
