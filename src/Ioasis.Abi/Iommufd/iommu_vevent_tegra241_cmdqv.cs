namespace Ioasis.Abi;

/// <summary>An error interrupt of Tegra241's command queues (<see cref="iommu_veventq_type.IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV"/>).</summary>
/// <remarks>Source: <c>linux/iommufd.h</c>.</remarks>
public struct iommu_vevent_tegra241_cmdqv
{
    /// <summary>Out: one bit for each logical command queue in error, little-endian.</summary>
    public u64x2 lvcmdq_err_map;
}
