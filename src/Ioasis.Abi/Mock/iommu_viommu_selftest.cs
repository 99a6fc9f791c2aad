namespace Ioasis.Abi.Mock;

/// <summary>Parameters and answers of a vIOMMU of the mock IOMMU.</summary>
/// <remarks>Source: <c>drivers/iommu/iommufd/iommufd_test.h</c> of Linux 7.3.</remarks>
public struct iommu_viommu_selftest
{
    /// <summary>Bytes that must be there.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: any number.</summary>
    public uint in_data;

    /// <summary>Out: the same number.</summary>
    public uint out_data;

    /// <summary>Out: where in <c>/dev/iommu</c> a page lies whose first 32 bits hold the number, in bytes.</summary>
    public ulong out_mmap_offset;

    /// <summary>Out: how much can be mapped there, in bytes.</summary>
    public ulong out_mmap_length;
}
