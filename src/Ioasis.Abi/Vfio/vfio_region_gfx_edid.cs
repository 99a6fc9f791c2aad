namespace Ioasis.Abi;

/// <summary>State of a virtual display's link. The header has these as plain macros; the enum's name is ours.</summary>
public enum vfio_device_gfx_link_state : uint
{
    /// <summary>A monitor is there.</summary>
    VFIO_DEVICE_GFX_LINK_STATE_UP = 1,

    /// <summary>None is there.</summary>
    VFIO_DEVICE_GFX_LINK_STATE_DOWN = 2,
}

/// <summary>
/// Begins the region through which a virtual monitor's EDID is set (<see cref="vfio_region_subtype.VFIO_REGION_SUBTYPE_GFX_EDID"/>).
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_region_gfx_edid
{
    /// <summary>Read only: where the EDID is in the region, in bytes.</summary>
    public uint edid_offset;

    /// <summary>Read only: bytes that there is room for.</summary>
    public uint edid_max_size;

    /// <summary>Read and write: bytes of the EDID.</summary>
    public uint edid_size;

    /// <summary>Read only: greatest width in pixels, zero for any.</summary>
    public uint max_xres;

    /// <summary>Read only: greatest height in pixels, zero for any.</summary>
    public uint max_yres;

    /// <summary>Read and write: take the link down before a change, and up after it.</summary>
    public vfio_device_gfx_link_state link_state;
}
