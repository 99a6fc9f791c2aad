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

    /// <summary>The smallest page, in bytes: what IOVA, length and address of an attached area are multiples of.</summary>
    public ulong SmallestPage => PageSizes & (~PageSizes + 1);
}
