using System.Numerics;
using System.Runtime.InteropServices;
using Ioasis.Abi;

namespace Ioasis.Devices.Machines;

/// <summary>
/// The identification registers of an SMMUv3, as its description makes them (Arm SMMU architecture, IHI 0070, 6.3.1 to 6.3.6). Only
/// what can be had here is announced: one stage, no nesting, no substreams, no page requests.
/// </summary>
internal static class SmmuRegisters
{
    private const int Page4KiB = 12, Page16KiB = 14, Page64KiB = 16;

    /// <summary>The structure that IOMMU_GET_HW_INFO copies out.</summary>
    public static byte[] Describe(IommuDescription iommu)
    {
        iommu_hw_info_arm_smmuv3 info = new() { iidr = 0x43b, aidr = 2 }; // Arm; SMMUv3.2
        info.idr[0] =
            1u << 1 // S1P: stage 1
            | 2u << 2 // TTF: AArch64 tables
            | 1u << 4 // COHACC: table walks are coherent
            | 1u << 12 // ASID16
            | 1u << 13 // MSI
            | 2u << 21 // TTENDIAN: little
            | 1u << 24 // STALL_MODEL: faults abort
            | 1u << 27; // ST_LEVEL: stream tables of two levels
        info.idr[1] =
            16u // SIDSIZE: a PCI segment
            | 19u << 16 // EVENTQS: 2^19 entries
            | 19u << 21; // CMDQS
        info.idr[3] = 1u << 10; // RIL: invalidation by range
        info.idr[5] =
            OutputSize(iommu)
            | Granule(iommu, Page4KiB) << 4
            | Granule(iommu, Page16KiB) << 5
            | Granule(iommu, Page64KiB) << 6;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_hw_info_arm_smmuv3>(in info)).ToArray();
    }

    /// <summary>OAS: the encodings of 32, 36, 40, 42, 44, 48 and 52 bits.</summary>
    private static uint OutputSize(IommuDescription iommu) => (BitOperations.Log2(iommu.Aperture.Last) + 1) switch
    {
        <= 32 => 0,
        <= 36 => 1,
        <= 40 => 2,
        <= 42 => 3,
        <= 44 => 4,
        <= 48 => 5,
        _ => 6,
    };

    private static uint Granule(IommuDescription iommu, int bit) => (uint)(iommu.PageSizes >> bit & 1);
}
