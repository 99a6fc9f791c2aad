using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Tables;

/// <summary>What a paging table of some format can translate.</summary>
/// <param name="Aperture">Addresses, both ends inclusive.</param>
/// <param name="PageSizes">Page sizes: bit n set means 2^n bytes.</param>
public readonly record struct PagingFormat(AddressRange Aperture, ulong PageSizes)
{
    /// <summary>The smallest page, in bytes: what IOVA, length and address of an attached area are multiples of.</summary>
    public ulong SmallestPage => PageSizes & (~PageSizes + 1);
}
