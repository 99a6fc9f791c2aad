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
        foreach (int group in machine.Functions.Select(function => function.Physical.Group.Id).Distinct())
        {
            IEnumerable<PciFunction> members = machine.Functions.Where(function => function.Physical.Group.Id == group);
            tree.AddText($"{Groups}/{group}/reserved_regions", ReservedRegions(members));
            tree.AddText($"{Groups}/{group}/type", "DMA-FQ\n");
        }
    }

    /// <summary>The links between a function, its group and its IOMMU.</summary>
    public static void AddFunction(FileTree tree, string path, PciFunction function)
    {
        string group = $"{Groups}/{function.Physical.Group.Id}";
        string iommu = PathOf(function.Physical.Iommu);
        tree.AddLink($"{group}/devices/{function.Address}", path);
        tree.AddLink($"{path}/iommu_group", group);
        tree.AddLink($"{iommu}/devices/{function.Address}", path);
        tree.AddLink($"{path}/iommu", iommu);
    }

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
