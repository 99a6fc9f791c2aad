using Ioasis.Devices.Drivers;
using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Machines;

/// <summary>
/// sysfs and /dev as Linux lays them out, as far as they do not change while the machine runs: modules, IOMMUs, bridges. The rest comes
/// and goes with <see cref="PciBus"/>. Functions sit on root buses, or behind a bridge that does.
/// </summary>
internal static class MachineTree
{
    /// <summary>
    /// Directories that every Linux has, with more in them than the machine's files. The host's PCI functions are not among those: what
    /// a script does with all that it finds must not happen to them.
    /// </summary>
    private static readonly string[] Shared =
    [
        "/dev", "/dev/char", "/sys", "/sys/bus", "/sys/bus/pci", "/sys/bus/pci/drivers", "/sys/class", "/sys/class/misc", "/sys/dev", "/sys/dev/char", "/sys/devices",
        "/sys/devices/virtual", "/sys/devices/virtual/misc", "/sys/kernel", "/sys/module",
    ];

    /// <summary>Where the files of any machine are; see <see cref="FileTree.Places"/>.</summary>
    public static readonly string[] Places =
    [
        "/dev/char/", "/dev/iommu", "/dev/vfio", "/sys/bus/pci", "/sys/class/iommu", "/sys/class/misc/", "/sys/class/vfio", "/sys/dev/char/", "/sys/devices/pci",
        "/sys/devices/virtual/iommu", "/sys/devices/virtual/misc/", "/sys/devices/virtual/vfio", "/sys/kernel/iommu_groups", "/sys/module/",
    ];

    public static FileTree Build(Machine machine)
    {
        var tree = new FileTree(Shared);
        AddMisc(tree, "iommu", "iommu", CharacterNumbers.IommuMinor);
        AddMisc(tree, "vfio", "vfio/vfio", CharacterNumbers.ContainerMinor);
        AddModules(tree, machine);
        IommuTree.AddIommus(tree, machine);
        foreach (PciFunction function in machine.Functions)
        {
            if (function.Bridge is { } bridge && tree.Find(PathOf(bridge)) is null)
                BridgeFiles.Add(tree, PathOf(bridge), bridge, function.Address.Rid.Bus);
        }
        tree.AddDirectory("/sys/class/vfio");
        tree.AddDirectory("/sys/class/vfio-dev");
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
        VfioFiles.AddCharacterDevice(tree, device, $"/dev/{devName}", CharacterNumbers.MiscMajor, minor, devName);
        tree.AddLink($"/sys/class/misc/{name}", device);
        tree.AddDirectory("/sys/class/misc");
        tree.AddLink($"{device}/subsystem", "/sys/class/misc");
    }

    private static void AddModules(FileTree tree, Machine machine)
    {
        foreach ((string module, (string Name, string Value)[] parameters) in ModuleParameters.All)
        {
            tree.AddText($"/sys/module/{module}/initstate", "live\n");
            foreach ((string name, string value) in parameters)
                tree.AddText($"/sys/module/{module}/parameters/{name}", value + "\n");
        }

        // The devices that vfio-pci has from the start, and takes again whenever a driver is looked for.
        IEnumerable<string> ids = machine.Functions.Select(static one => one.Identity)
            .Where((_, index) => machine.Description.Devices[index].Driver == PciDriver.VfioName)
            .Select(static id => $"{id.Vendor:x4}:{id.Device:x4}").Distinct();
        tree.AddText("/sys/module/vfio_pci/parameters/ids", string.Join(',', ids) + "\n");
    }
}
