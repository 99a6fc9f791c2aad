using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Machines;

/// <summary>One IOMMU of a machine, every value chosen.</summary>
/// <param name="Name">As devices name it with <c>iommu=</c>, and as <c>/sys/class/iommu</c> shows it.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Aperture">What it translates.</param>
/// <param name="PageSizes">Bit n set: pages of 2^n bytes.</param>
/// <param name="Reserved">What the devices behind it cannot use.</param>
public sealed record IommuDescription(
    string Name, IommuType Type, AddressRange Aperture, ulong PageSizes, IReadOnlyList<ReservedRegion> Reserved);
