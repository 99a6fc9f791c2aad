namespace Ioasis.Abi;

/// <summary>A range of I/O virtual addresses, both ends inclusive.</summary>
/// <remarks>
/// <para>Element of the arrays that <see cref="iommu_ioas_iova_ranges"/> fills and <see cref="iommu_ioas_allow_iovas"/> reads.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_iova_range
{
    /// <summary>First address.</summary>
    public ulong start;

    /// <summary>Last address.</summary>
    public ulong last;
}
