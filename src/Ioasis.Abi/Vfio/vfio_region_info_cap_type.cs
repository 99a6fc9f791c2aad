namespace Ioasis.Abi;

/// <summary>What a region that only some devices have is for. The header has these as plain macros; the enum's name is ours.</summary>
public enum vfio_region_type : uint
{
    /// <summary>Set for a type that a PCI vendor defines.</summary>
    VFIO_REGION_TYPE_PCI_VENDOR_TYPE = 1u << 31,

    /// <summary>The bits that hold that vendor's ID.</summary>
    VFIO_REGION_TYPE_PCI_VENDOR_MASK = 0xFFFF,

    /// <summary>Display.</summary>
    VFIO_REGION_TYPE_GFX = 1,

    /// <summary>s390 channel device.</summary>
    VFIO_REGION_TYPE_CCW = 2,

    /// <summary>Migration, first version; no longer used.</summary>
    VFIO_REGION_TYPE_MIGRATION_DEPRECATED = 3,
}

/// <summary>The subtype within a <see cref="vfio_region_type"/>. The header has these as plain macros; the enum's name is ours.</summary>
public enum vfio_region_subtype : uint
{
    /// <summary>Vendor 8086: the graphics driver's OpRegion.</summary>
    VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION = 1,

    /// <summary>Vendor 8086: configuration space of the host bridge.</summary>
    VFIO_REGION_SUBTYPE_INTEL_IGD_HOST_CFG = 2,

    /// <summary>Vendor 8086: configuration space of the LPC bridge.</summary>
    VFIO_REGION_SUBTYPE_INTEL_IGD_LPC_CFG = 3,

    /// <summary>Display: <see cref="vfio_region_gfx_edid"/>.</summary>
    VFIO_REGION_SUBTYPE_GFX_EDID = 1,
}

/// <summary>What the region is for (<see cref="vfio_region_info_cap.VFIO_REGION_INFO_CAP_TYPE"/>).</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_region_info_cap_type
{
    /// <summary>Out: the capability's header, version 1.</summary>
    public vfio_info_cap_header header;

    /// <summary>Out: the type.</summary>
    public vfio_region_type type;

    /// <summary>Out: the subtype.</summary>
    public vfio_region_subtype subtype;
}
