using System.Runtime.InteropServices;

namespace Ioasis.Abi;

/// <summary>Flags of <see cref="iommu_hw_info"/>.</summary>
[Flags]
public enum iommufd_hw_info_flags : uint
{
    /// <summary><see cref="iommu_hw_info.in_data_type"/> says which information is wanted.</summary>
    IOMMU_HW_INFO_FLAG_INPUT_TYPE = 1 << 0,
}

/// <summary>What the buffer of <see cref="iommu_hw_info"/> holds.</summary>
public enum iommu_hw_info_type : uint
{
    /// <summary>As an answer: nothing, this IOMMU reports no details.</summary>
    IOMMU_HW_INFO_TYPE_NONE = 0,

    /// <summary>As a wish: whatever the IOMMU reports by itself.</summary>
    IOMMU_HW_INFO_TYPE_DEFAULT = 0,

    /// <summary><see cref="iommu_hw_info_vtd"/>.</summary>
    IOMMU_HW_INFO_TYPE_INTEL_VTD = 1,

    /// <summary><see cref="iommu_hw_info_arm_smmuv3"/>.</summary>
    IOMMU_HW_INFO_TYPE_ARM_SMMUV3 = 2,

    /// <summary><see cref="iommu_hw_info_tegra241_cmdqv"/>.</summary>
    IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV = 3,

    /// <summary><see cref="iommu_hw_info_amd"/>.</summary>
    IOMMU_HW_INFO_TYPE_AMD = 4,
}

/// <summary>What an IOMMU can do for a device. As wide as <see cref="iommu_hw_info.out_capabilities"/>.</summary>
[Flags]
public enum iommufd_hw_capabilities : ulong
{
    /// <summary>It can track dirty pages.</summary>
    IOMMU_HW_CAP_DIRTY_TRACKING = 1 << 0,

    /// <summary>Requests with PASID can ask for execute permission; means nothing without PASIDs.</summary>
    IOMMU_HW_CAP_PCI_PASID_EXEC = 1 << 1,

    /// <summary>Requests with PASID can be privileged; means nothing without PASIDs.</summary>
    IOMMU_HW_CAP_PCI_PASID_PRIV = 1 << 2,

    /// <summary>The device cannot use ATS here; while clear, ATS may be on.</summary>
    IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED = 1 << 3,
}

/// <summary>Argument of <see cref="Iommufd.IOMMU_GET_HW_INFO"/>: describes the IOMMU in front of a bound device.</summary>
/// <remarks>
/// <para>Errors: EOPNOTSUPP also when the device has no IOMMU, or its IOMMU has no information of the wanted type.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
[StructLayout(LayoutKind.Explicit)]
public struct iommu_hw_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="__reserved"/>.</summary>
    public const int MinimumSize = 32;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    [FieldOffset(0)]
    public uint size;

    /// <summary>In: whether <see cref="in_data_type"/> counts.</summary>
    [FieldOffset(4)]
    public iommufd_hw_info_flags flags;

    /// <summary>In: the device.</summary>
    [FieldOffset(8)]
    public uint dev_id;

    /// <summary>In: bytes of the buffer, may be zero. Out: bytes of information that there are, which can be more.</summary>
    [FieldOffset(12)]
    public uint data_len;

    /// <summary>In: address of the buffer; what the information leaves over is zeroed.</summary>
    [FieldOffset(16)]
    public ulong data_uptr;

    /// <summary>In, when its flag is set: which information is wanted.</summary>
    [FieldOffset(24)]
    public iommu_hw_info_type in_data_type;

    /// <summary>Out: which information was given. Shares its place with <see cref="in_data_type"/>.</summary>
    [FieldOffset(24)]
    public iommu_hw_info_type out_data_type;

    /// <summary>Out: width of PASIDs in bits, zero without PASID support.</summary>
    [FieldOffset(28)]
    public byte out_max_pasid_log2;

    /// <summary>In: zero.</summary>
    [FieldOffset(29)]
    public u8x3 __reserved;

    /// <summary>Out: what this IOMMU can do for this device.</summary>
    [FieldOffset(32)]
    public iommufd_hw_capabilities out_capabilities;
}
