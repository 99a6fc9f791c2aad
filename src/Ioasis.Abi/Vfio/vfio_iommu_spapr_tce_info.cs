namespace Ioasis.Abi;

/// <summary>Flags of <see cref="vfio_iommu_spapr_tce_info"/>. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_iommu_spapr_info_flags : uint
{
    /// <summary>Windows can be made; <see cref="vfio_iommu_spapr_tce_info.ddw"/> counts.</summary>
    VFIO_IOMMU_SPAPR_INFO_DDW = 1 << 0,
}

/// <summary>What windows can be made.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_spapr_tce_ddw_info
{
    /// <summary>Out: page sizes, bit n for 2^n bytes.</summary>
    public ulong pgsizes;

    /// <summary>Out: how many windows.</summary>
    public uint max_dynamic_windows_supported;

    /// <summary>Out: greatest number of table levels.</summary>
    public uint levels;
}

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_SPAPR_TCE_GET_INFO"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_spapr_tce_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="dma32_window_size"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>Out: whether windows can be made.</summary>
    public vfio_iommu_spapr_info_flags flags;

    /// <summary>Out: where the 32-bit window begins, a bus address.</summary>
    public uint dma32_window_start;

    /// <summary>Out: its length in bytes.</summary>
    public uint dma32_window_size;

    /// <summary>Out, as far as the caller has room: what windows can be made.</summary>
    public vfio_iommu_spapr_tce_ddw_info ddw;
}
