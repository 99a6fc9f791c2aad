using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;

namespace Ioasis.Devices.Machines;

/// <summary>What an IOMMU of a kind is like unless the description says otherwise: as Linux shows common hardware of that kind.</summary>
/// <param name="Word">The kind as the user writes it.</param>
/// <param name="Type">The kind.</param>
/// <param name="NamePrefix">What its instances are called, with a number behind.</param>
/// <param name="ApertureLast">Last address that it translates.</param>
/// <param name="Reserved">Regions that its devices cannot use.</param>
public sealed record IommuDefaults(
    string Word, IommuType Type, string NamePrefix, ulong ApertureLast, IReadOnlyList<ReservedRegion> Reserved)
{
    /// <summary>First address that it translates.</summary>
    public ulong ApertureFirst { get; init; }

    /// <summary>Its page sizes, bit n set for 2^n bytes: 4 KiB, 2 MiB and 1 GiB for most.</summary>
    public ulong PageSizes { get; init; } = 1ul << 12 | 1ul << 21 | 1ul << 30;

    /// <summary>Where x86 sends its interrupt messages.</summary>
    private static readonly ReservedRegion X86Msi = new(new AddressRange(0xfee0_0000, 0xfeef_ffff), ReservedKind.Msi);

    /// <summary>Where HyperTransport keeps addresses for itself.</summary>
    private static readonly ReservedRegion HyperTransport = new(new AddressRange(0xfd_0000_0000, 0xff_ffff_ffff), ReservedKind.Reserved);

    /// <summary>Where Linux maps the message page behind an SMMU.</summary>
    private static readonly ReservedRegion ArmMsi = new(new AddressRange(0x0800_0000, 0x080f_ffff), ReservedKind.SoftwareMsi);

    /// <summary>All kinds; the first is the default.</summary>
    public static IReadOnlyList<IommuDefaults> All { get; } =
    [
        new("vtd", IommuType.Vtd, "dmar", (1ul << 48) - 1, [X86Msi]),
        new("smmuv3", IommuType.Smmuv3, "smmu3.", (1ul << 48) - 1, [ArmMsi]),
        new("amd", IommuType.Amd, "ivhd", ulong.MaxValue, [X86Msi, HyperTransport]),
        new("riscv", IommuType.Riscv, "riscv-iommu", (1ul << 47) - 1, []),
        new("mock", IommuType.Mock, "mock", MockFormat.ApertureLast, []) { ApertureFirst = MockFormat.ApertureFirst, PageSizes = MockIommu.DefaultPageSizes },
    ];
}
