namespace Ioasis.Abi;

/// <summary>What <see cref="vfio_iommu_type1_info"/> holds. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_iommu_info_flags : uint
{
    /// <summary><see cref="vfio_iommu_type1_info.iova_pgsizes"/> counts.</summary>
    VFIO_IOMMU_INFO_PGSIZES = 1 << 0,

    /// <summary>The answer has capabilities.</summary>
    VFIO_IOMMU_INFO_CAPS = 1 << 1,
}

/// <summary>
/// Capabilities of a container. As wide as <see cref="vfio_info_cap_header.id"/>. The header has these as plain macros; the enum's name is
/// ours.
/// </summary>
public enum vfio_iommu_type1_info_cap : ushort
{
    /// <summary><see cref="vfio_iommu_type1_info_cap_iova_range"/>.</summary>
    VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1,

    /// <summary><see cref="vfio_iommu_type1_info_cap_migration"/>.</summary>
    VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION = 2,

    /// <summary><see cref="vfio_iommu_type1_info_dma_avail"/>.</summary>
    VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3,
}

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_GET_INFO"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_type1_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="iova_pgsizes"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes that the caller provides. Out: bytes that the whole answer needs.</summary>
    public uint argsz;

    /// <summary>Out: what the answer holds.</summary>
    public vfio_iommu_info_flags flags;

    /// <summary>Out: page sizes, bit n for 2^n bytes.</summary>
    public ulong iova_pgsizes;

    /// <summary>Out, as far as the caller has room: where the first capability begins, in bytes; zero without one.</summary>
    public uint cap_offset;

    /// <summary>Out: zero.</summary>
    public uint pad;
}
