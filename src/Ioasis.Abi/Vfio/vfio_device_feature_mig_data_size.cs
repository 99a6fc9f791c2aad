namespace Ioasis.Abi;

/// <summary>How much there is to migrate (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_MIG_DATA_SIZE"/>).</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_feature_mig_data_size
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="stop_copy_length"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>Out: estimate of the bytes that STOP_COPY will give.</summary>
    public ulong stop_copy_length;
}
