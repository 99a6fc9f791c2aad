using Ioasis.Devices.Pci;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Models;

/// <summary>Where in a machine a device is made, and how its user wants it.</summary>
/// <param name="Address">Its PCI address.</param>
/// <param name="Requester">The same function as the IOMMU sees it.</param>
/// <param name="Options">The model's options, complete and within their limits.</param>
public readonly record struct DevicePlace(PciAddress Address, PhysicalDevice Requester, DeviceOptions Options);
