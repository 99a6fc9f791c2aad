using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Machines;

/// <summary>One device of a machine, every value chosen.</summary>
/// <param name="Model">What it is.</param>
/// <param name="Address">Where it sits.</param>
/// <param name="Bridge">The bridge above its bus; null on a root bus.</param>
/// <param name="Iommu">Name of the IOMMU in front of it.</param>
/// <param name="Group">Its IOMMU group.</param>
/// <param name="Options">The model's options, complete.</param>
public sealed record DeviceDescription(
    DeviceModel Model, PciAddress Address, PciAddress? Bridge, string Iommu, int Group, DeviceOptions Options)
{
    /// <summary>The driver that it starts with, and whose IDs name it; null for none.</summary>
    public string? Driver { get; init; } = Drivers.PciDriver.VfioName;

    /// <summary>The class code that it says it has, 24 bits; null for the model's.</summary>
    public uint? Class { get; init; }
}
