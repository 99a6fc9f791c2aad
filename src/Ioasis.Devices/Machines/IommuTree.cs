using System.Globalization;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Machines;

/// <summary>The IOMMU's side of sysfs: instances, groups with their members and reserved regions.</summary>
internal static class IommuTree
{
    private const string Groups = "/sys/kernel/iommu_groups";

    public static void AddIommus(FileTree tree, Machine machine)
    {
        foreach (Iommu iommu in machine.Iommus)
        {
            tree.AddText($"{PathOf(iommu)}/uevent", "");
            tree.AddDirectory($"{PathOf(iommu)}/devices");
            tree.AddLink($"/sys/class/iommu/{iommu.Name}", PathOf(iommu));
            tree.AddLink($"{PathOf(iommu)}/subsystem", "/sys/class/iommu");
        }
    }

    /// <summary>The links between a function, its group and its IOMMU. The group appears with its first function.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="path">The function's directory.</param>
    /// <param name="function">The function.</param>
    /// <param name="present">All functions that are on the bus, with this one.</param>
    public static void AddFunction(FileTree tree, string path, PciFunction function, IEnumerable<PciFunction> present)
    {
        string group = PathOf(function.Physical.Group);
        string iommu = PathOf(function.Physical.Iommu);
        ShowRegions(tree, function.Physical.Group, present);
        tree.AddLink($"{group}/devices/{function.Address}", path);
        tree.AddLink($"{path}/iommu_group", group);
        tree.AddLink($"{iommu}/devices/{function.Address}", path);
        tree.AddLink($"{path}/iommu", iommu);
    }

    /// <summary>Undoes <see cref="AddFunction"/>, but for what lies in the function's directory. The group goes with its last function.</summary>
    public static void RemoveFunction(FileTree tree, PciFunction function, IEnumerable<PciFunction> present)
    {
        string group = PathOf(function.Physical.Group);
        tree.Remove($"{group}/devices/{function.Address}");
        tree.Remove($"{PathOf(function.Physical.Iommu)}/devices/{function.Address}");
        ShowRegions(tree, function.Physical.Group, present);
    }

    private static void ShowRegions(FileTree tree, IommuGroup group, IEnumerable<PciFunction> present)
    {
        string path = PathOf(group);
        PciFunction[] members = [.. present.Where(function => function.Physical.Group == group)];
        if (members.Length == 0)
        {
            tree.Remove(path);
            return;
        }

        tree.Remove($"{path}/reserved_regions");
        tree.AddText($"{path}/reserved_regions", ReservedRegions(members));
        if (tree.Find($"{path}/type") is null)
            tree.AddText($"{path}/type", "DMA-FQ\n");
    }

    private static string PathOf(IommuGroup group) => $"{Groups}/{group.Id}";

    private static string PathOf(Iommu iommu) => $"/sys/devices/virtual/iommu/{iommu.Name}";

    private static string ReservedRegions(IEnumerable<PciFunction> members)
    {
        // Numbers of one width: the order of the lines is that of the regions.
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (PciFunction one in members)
        {
            foreach (ReservedRegion region in one.Physical.ReservedRegions)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"0x{region.Range.First:x16} 0x{region.Range.Last:x16} {Word(region.Kind)}\n"));
        }

        return string.Concat(lines);
    }

    private static string Word(ReservedKind kind) => kind switch
    {
        ReservedKind.Direct => "direct",
        ReservedKind.Msi or ReservedKind.SoftwareMsi => "msi",
        _ => "reserved",
    };
}
