using System.Numerics;
using System.Runtime.InteropServices;
using Ioasis.Abi;

namespace Ioasis.Devices.Machines;

/// <summary>
/// The extended feature register of an AMD IOMMU, as its description makes it (AMD I/O Virtualization Technology specification 48882,
/// MMIO offset 0030h). Only what can be had here is announced: host tables, no guest translation, no page requests.
/// </summary>
internal static class AmdRegisters
{
    /// <summary>The structure that IOMMU_GET_HW_INFO copies out.</summary>
    public static byte[] Describe(IommuDescription iommu)
    {
        iommu_hw_info_amd info = new() { efr = Features(iommu), efr2 = 0 };
        return MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_hw_info_amd>(in info)).ToArray();
    }

    private static ulong Features(IommuDescription iommu)
    {
        int width = BitOperations.Log2(iommu.Aperture.Last) + 1;
        ulong levels = width <= 48 ? 0ul : width <= 57 ? 1ul : 2ul;
        return 1ul << 2 // XTSup: x2APIC
            | 1ul << 6 // IASup: INVALIDATE_IOMMU_ALL
            | levels << 10; // HATS: 4, 5 or 6 levels of host tables
    }
}
