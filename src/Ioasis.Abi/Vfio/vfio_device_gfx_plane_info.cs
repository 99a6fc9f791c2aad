using System.Runtime.InteropServices;

namespace Ioasis.Abi;

/// <summary>How the user gets at a display plane. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_gfx_plane_type : uint
{
    /// <summary>Only ask whether the other flag is supported.</summary>
    VFIO_GFX_PLANE_TYPE_PROBE = 1 << 0,

    /// <summary>By a dma-buf.</summary>
    VFIO_GFX_PLANE_TYPE_DMABUF = 1 << 1,

    /// <summary>By a region of the device.</summary>
    VFIO_GFX_PLANE_TYPE_REGION = 1 << 2,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_QUERY_GFX_PLANE"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
[StructLayout(LayoutKind.Explicit)]
public struct vfio_device_gfx_plane_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="dmabuf_id"/>.</summary>
    public const int MinimumSize = 60;

    /// <summary>In: bytes that the caller provides.</summary>
    [FieldOffset(0)]
    public uint argsz;

    /// <summary>In: one way to get at it, with or without PROBE.</summary>
    [FieldOffset(4)]
    public vfio_gfx_plane_type flags;

    /// <summary>In: which plane, a DRM_PLANE_TYPE value.</summary>
    [FieldOffset(8)]
    public uint drm_plane_type;

    /// <summary>Out: pixel format; zero while the plane is off.</summary>
    [FieldOffset(12)]
    public uint drm_format;

    /// <summary>Out: tiling.</summary>
    [FieldOffset(16)]
    public ulong drm_format_mod;

    /// <summary>Out: width in pixels.</summary>
    [FieldOffset(24)]
    public uint width;

    /// <summary>Out: height in pixels.</summary>
    [FieldOffset(28)]
    public uint height;

    /// <summary>Out: bytes from one line to the next.</summary>
    [FieldOffset(32)]
    public uint stride;

    /// <summary>Out: bytes of the plane, whole pages.</summary>
    [FieldOffset(36)]
    public uint size;

    /// <summary>Out: horizontal position of a cursor.</summary>
    [FieldOffset(40)]
    public uint x_pos;

    /// <summary>Out: vertical position of a cursor.</summary>
    [FieldOffset(44)]
    public uint y_pos;

    /// <summary>Out: horizontal hot spot of a cursor, <see cref="uint.MaxValue"/> when unknown.</summary>
    [FieldOffset(48)]
    public uint x_hot;

    /// <summary>Out: vertical hot spot of a cursor, <see cref="uint.MaxValue"/> when unknown.</summary>
    [FieldOffset(52)]
    public uint y_hot;

    /// <summary>Out: the region, when asked for by region.</summary>
    [FieldOffset(56)]
    public uint region_index;

    /// <summary>
    /// Out: what to give to <see cref="Vfio.VFIO_DEVICE_GET_GFX_DMABUF"/>; shares its place with <see cref="region_index"/>.
    /// </summary>
    [FieldOffset(56)]
    public uint dmabuf_id;

    /// <summary>Zero.</summary>
    [FieldOffset(60)]
    public uint reserved;
}
