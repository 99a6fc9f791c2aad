namespace Ioasis.Abi;

/// <summary>The pending PCI error of an s390 device (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_ZPCI_ERROR"/>).</summary>
/// <remarks>
/// <para>Errors: ENOMSG no error is pending.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_feature_zpci_err
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="data"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>
    /// In: address of the buffer to fill; its length is told by <see cref="vfio_device_info_cap.VFIO_DEVICE_INFO_CAP_ZPCI_BASE"/>.
    /// </summary>
    public ulong data;
}
