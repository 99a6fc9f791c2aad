using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Machines;

/// <summary>
/// sysfs and /dev as Linux lays them out for a machine whose devices are all bound to vfio-pci
/// (Documentation/ABI/testing/sysfs-bus-pci, sysfs-class-iommu, sysfs-kernel-iommu_groups). Functions sit on root buses, or behind a bridge that does.
/// </summary>
internal static class MachineTree
{
    private const string Driver = "/sys/bus/pci/drivers/vfio-pci";

    /// <summary>Directories that every Linux has, with more in them than the machine's files.</summary>
    private static readonly string[] Shared =
    [
        "/dev", "/dev/char", "/sys", "/sys/bus", "/sys/class", "/sys/class/misc", "/sys/dev", "/sys/dev/char", "/sys/devices",
        "/sys/devices/virtual", "/sys/devices/virtual/misc", "/sys/kernel", "/sys/module",
    ];

    public static FileTree Build(Machine machine)
    {
        var tree = new FileTree(Shared);
        AddMisc(tree, "iommu", "iommu", CharacterNumbers.IommuMinor);
        AddMisc(tree, "vfio", "vfio/vfio", CharacterNumbers.ContainerMinor);
        AddModules(tree);
        IommuTree.AddIommus(tree, machine);
        for (int index = 0; index < machine.Groups.Count; index++)
            AddGroup(tree, machine.Groups[index].Id, (uint)index);
        foreach (PciFunction function in machine.Functions)
        {
            if (function.Bridge is { } bridge && tree.Find(PathOf(bridge)) is null)
                BridgeFiles.Add(tree, PathOf(bridge), bridge, function.Address.Rid.Bus);
        }
        for (int index = 0; index < machine.Functions.Count; index++)
            AddFunction(tree, machine.Functions[index], index);
        return tree;
    }

    /// <summary>Where a function's directory is.</summary>
    public static string PathOf(PciFunction function) =>
        function.Bridge is { } bridge ? $"{PathOf(bridge)}/{function.Address}" : PathOf(function.Address);

    /// <summary>Where the directory of something on a root bus is; bridges are not behind other bridges.</summary>
    private static string PathOf(PciAddress address) => $"/sys/devices/pci{address.Domain:x4}:{address.Rid.Bus:x2}/{address}";

    private static void AddMisc(FileTree tree, string name, string devName, uint minor)
    {
        string device = $"/sys/devices/virtual/misc/{name}";
        AddCharacterDevice(tree, device, $"/dev/{devName}", CharacterNumbers.MiscMajor, minor, devName);
        tree.AddLink($"/sys/class/misc/{name}", device);
        tree.AddDirectory("/sys/class/misc");
        tree.AddLink($"{device}/subsystem", "/sys/class/misc");
    }

    private static void AddModules(FileTree tree)
    {
        foreach ((string module, (string Name, string Value)[] parameters) in ModuleParameters.All)
        {
            tree.AddText($"/sys/module/{module}/initstate", "live\n");
            foreach ((string name, string value) in parameters)
                tree.AddText($"/sys/module/{module}/parameters/{name}", value + "\n");
        }

        tree.AddLink("/sys/module/vfio_pci/drivers/pci:vfio-pci", Driver);
        tree.AddLink($"{Driver}/module", "/sys/module/vfio_pci");
    }

    private static void AddGroup(FileTree tree, int group, uint minor)
    {
        string device = $"/sys/devices/virtual/vfio/{group}";
        AddCharacterDevice(tree, device, $"/dev/vfio/{group}", CharacterNumbers.GroupMajor, minor, $"vfio/{group}");
        tree.AddLink($"/sys/class/vfio/{group}", device);
        tree.AddLink($"{device}/subsystem", "/sys/class/vfio");
    }

    private static void AddFunction(FileTree tree, PciFunction function, int index)
    {
        string path = PathOf(function);
        PciFiles.Add(tree, path, function);

        string bdf = function.Address.ToString();
        tree.AddLink($"/sys/bus/pci/devices/{bdf}", path);
        tree.AddLink($"{Driver}/{bdf}", path);
        tree.AddLink($"{path}/subsystem", "/sys/bus/pci");
        tree.AddLink($"{path}/driver", Driver);
        IommuTree.AddFunction(tree, path, function);
        AddVfio(tree, path, index);
    }

    private static void AddVfio(FileTree tree, string function, int index)
    {
        string device = $"{function}/vfio-dev/vfio{index}";
        AddCharacterDevice(
            tree, device, $"/dev/vfio/devices/vfio{index}", CharacterNumbers.VfioMajor, (uint)index, $"vfio/devices/vfio{index}");
        tree.AddLink($"{device}/device", function);
        tree.AddLink($"/sys/class/vfio-dev/vfio{index}", device);
        tree.AddLink($"{device}/subsystem", "/sys/class/vfio-dev");
    }

    /// <summary>A character device in sysfs and /dev, with the links that lead from its numbers to both.</summary>
    private static void AddCharacterDevice(FileTree tree, string device, string node, uint major, uint minor, string devName)
    {
        tree.AddText($"{device}/dev", $"{major}:{minor}\n");
        tree.AddText($"{device}/uevent", $"MAJOR={major}\nMINOR={minor}\nDEVNAME={devName}\n");
        tree.AddLink($"/sys/dev/char/{major}:{minor}", device);
        tree.AddNode(node, major, minor);
        tree.AddLink($"/dev/char/{major}:{minor}", node);
    }
}
