using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Tests.Pci;

/// <summary>Functions as the IOMMU sees them, attached to nothing.</summary>
internal static class TestPhysical
{
    public static PhysicalDevice Create()
    {
        var group = new IommuGroup(new IommuSystem(), 0, new Iommu("dmar0", IommuType.Vtd));
        return new PhysicalDevice("0000:00:10.0", new RequesterId(0, 0x10, 0), group, []);
    }
}
