namespace Ioasis.Devices.Machines;

/// <summary>What every device can be given, whatever its model.</summary>
public static class CommonOptions
{
    public static IReadOnlyList<(string Name, string Summary)> All { get; } =
    [
        ("address", "PCI address; the next free one from 0000:00:10.0 on"),
        ("iommu", "the IOMMU that it is behind, by name; the first one"),
        ("bridge", "PCI address of the bridge above its bus, which can reset the bus; none, the bus is a root bus"),
        ("group", "its IOMMU group; one of its own"),
        ("driver", "the driver that it starts with, vfio-pci, any other name, or none; vfio-pci"),
        ("class", "the class code that it says it has, 24 bits, such as 0x020000 for a network card; the model's"),
    ];
}
