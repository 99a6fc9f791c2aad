using Ioasis.Abi;
using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// One IOMMU of the machine: what it can translate. Immutable; the machine description makes it, everything that depends
/// on hardware (aperture, page sizes, capabilities, GET_HW_INFO) is derived from it.
/// </summary>
public sealed class Iommu(string name, IommuType type)
{
    public string Name { get; } = name;

    public IommuType Type { get; } = type;

    /// <summary>Addresses that the tables can translate, both ends inclusive.</summary>
    public AddressRange Aperture { get; init; } = new(0, ulong.MaxValue);

    /// <summary>Page sizes that a table can hold: bit n set means 2^n bytes.</summary>
    public ulong PageSizes { get; init; } = 1ul << 12 | 1ul << 21 | 1ul << 30;

    /// <summary>What kind of identification registers <see cref="Info"/> holds (IOMMU_GET_HW_INFO).</summary>
    public iommu_hw_info_type InfoType { get; init; } = iommu_hw_info_type.IOMMU_HW_INFO_TYPE_NONE;

    /// <summary>The identification registers, as the structure of <see cref="InfoType"/>; empty for none.</summary>
    public ReadOnlyMemory<byte> Info { get; init; }

    /// <summary>The smallest page, in bytes: what IOVA, length and address of an attached area are multiples of.</summary>
    public ulong SmallestPage => PageSizes & (~PageSizes + 1);
}
