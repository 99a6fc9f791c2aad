namespace Ioasis.Abi;

/// <summary>
/// What NVIDIA's Tegra241 command queue virtualisation reports (<see cref="iommu_hw_info_type.IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV"/>).
/// </summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_hw_info_tegra241_cmdqv
{
    /// <summary>Out: zero.</summary>
    public uint flags;

    /// <summary>Out: version of the hardware, bits 3:0 of its PARAM register.</summary>
    public byte version;

    /// <summary>Out: log2 of the number of virtual command queues, bits 7:4 of PARAM.</summary>
    public byte log2vcmdqs;

    /// <summary>Out: log2 of the number of stream ID replacements, bits 15:12 of PARAM.</summary>
    public byte log2vsids;

    /// <summary>Out: zero.</summary>
    public byte __reserved;
}
