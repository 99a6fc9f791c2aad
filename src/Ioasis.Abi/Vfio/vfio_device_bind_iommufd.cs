namespace Ioasis.Abi;

/// <summary>Flags of <see cref="vfio_device_bind_iommufd"/>. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_device_bind_flags : uint
{
    /// <summary><see cref="vfio_device_bind_iommufd.token_uuid_ptr"/> counts.</summary>
    VFIO_DEVICE_BIND_FLAG_TOKEN = 1 << 0,
}

/// <summary>
/// Argument of <see cref="Vfio.VFIO_DEVICE_BIND_IOMMUFD"/>: binds the device to an iommufd, before which nothing else can be done with it.
/// </summary>
/// <remarks>
/// <para>Lasts until the device's descriptor is closed.</para>
/// <para>Errors: EINVAL also when the device is bound already, or was opened through its group; EBADF no such descriptor; EBADFD it is no
/// iommufd; E2BIG a non-zero byte beyond what is known; EACCES the token is wrong or missing.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_bind_iommufd
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="out_devid"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes that the caller provides; older clients know only the first 16.</summary>
    public uint argsz;

    /// <summary>In: whether there is a token.</summary>
    public vfio_device_bind_flags flags;

    /// <summary>In: descriptor of the iommufd.</summary>
    public int iommufd;

    /// <summary>Out: the device's ID in the iommufd.</summary>
    public uint out_devid;

    /// <summary>
    /// In, when its flag is set: address of the 16 bytes that were set as
    /// <see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_PCI_VF_TOKEN"/>.
    /// </summary>
    public ulong token_uuid_ptr;
}
