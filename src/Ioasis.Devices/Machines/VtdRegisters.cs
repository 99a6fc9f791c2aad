using System.Numerics;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Machines;

/// <summary>
/// The identification registers of a VT-d unit, as its description makes them (VT-d specification, 11.4.2 and 11.4.3). Only what can
/// be had here is announced: no nesting, no PASID, no page requests. An aperture that is the lower half of what the table levels can
/// translate (47 bits of 48, 56 of 57) is that of first-stage tables, which need scalable mode; any other is that of the second stage.
/// </summary>
internal static class VtdRegisters
{
    private const int Page2MiB = 21, Page1GiB = 30;

    /// <summary>The structure that IOMMU_GET_HW_INFO copies out.</summary>
    public static byte[] Describe(IommuDescription iommu)
    {
        iommu_hw_info_vtd info = new() { cap_reg = Capability(iommu.Aperture, iommu.PageSizes), ecap_reg = ExtendedCapability(iommu.Aperture) };
        return MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_hw_info_vtd>(in info)).ToArray();
    }

    private static ulong Capability(AddressRange aperture, ulong pageSizes)
    {
        int levels = Levels(aperture);
        ulong large = Bit(pageSizes, Page2MiB) << 0 | Bit(pageSizes, Page1GiB) << 1;
        return 6ul // ND: 65,536 domains
            | 1ul << (8 + levels - 2) // SAGAW: table levels
            | (ulong)(WidthOf(levels) - 1) << 16 // MGAW: guest address width, less one
            | large << 34 // SSLPS: large pages, second stage
            | 1ul << 39 // PSI: page-selective invalidation
            | (HasFirstStage(aperture) ? Bit(pageSizes, Page1GiB) << 56 : 0); // FS1GP: 1 GiB pages, first stage
    }

    private static ulong ExtendedCapability(AddressRange aperture) =>
        1ul << 0 // C: table walks are coherent
        | 1ul << 1 // QI: queued invalidation
        | 1ul << 3 // IR: interrupt remapping
        | 1ul << 4 // EIM: 32-bit APIC IDs
        | 1ul << 7 // SC: snoop control
        | (HasFirstStage(aperture)
            ? 1ul << 43 // SMTS: scalable mode
            | 1ul << 46 // SSTS: second stage
            | 1ul << 47 // FSTS: first stage
            : 0);

    private static int Width(AddressRange aperture) => BitOperations.Log2(aperture.Last) + 1;

    private static int Levels(AddressRange aperture) => Width(aperture) switch { <= 39 => 3, <= 48 => 4, _ => 5 };

    private static int WidthOf(int levels) => levels * 9 + 12;

    private static bool HasFirstStage(AddressRange aperture) =>
        Levels(aperture) >= 4 && Width(aperture) == WidthOf(Levels(aperture)) - 1;

    private static ulong Bit(ulong value, int bit) => value >> bit & 1;
}
