namespace Ioasis.Abi;

/// <summary>States of a device that migrates.</summary>
public enum vfio_device_mig_state : uint
{
    /// <summary>It failed; only a reset helps. Cannot be asked for.</summary>
    VFIO_DEVICE_STATE_ERROR = 0,

    /// <summary>It does nothing and changes nothing: no DMA, no interrupts.</summary>
    VFIO_DEVICE_STATE_STOP = 1,

    /// <summary>It runs.</summary>
    VFIO_DEVICE_STATE_RUNNING = 2,

    /// <summary>It is stopped, and its state can be read.</summary>
    VFIO_DEVICE_STATE_STOP_COPY = 3,

    /// <summary>It is stopped, and its state can be written.</summary>
    VFIO_DEVICE_STATE_RESUMING = 4,

    /// <summary>It runs, but begins no DMA to other devices.</summary>
    VFIO_DEVICE_STATE_RUNNING_P2P = 5,

    /// <summary>It runs, and its state can be read meanwhile.</summary>
    VFIO_DEVICE_STATE_PRE_COPY = 6,

    /// <summary>Both of these.</summary>
    VFIO_DEVICE_STATE_PRE_COPY_P2P = 7,

    /// <summary>How many there are.</summary>
    VFIO_DEVICE_STATE_NR = 8,
}

/// <summary>
/// The state, and the stream of migration data (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE"/>).
/// </summary>
/// <remarks>
/// <para>A set that fails may leave the device in any state on the way: read it.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_feature_mig_state
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="data_fd"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>Set: the state to go to, by way of others where there is no direct one. Get: the present state.</summary>
    public vfio_device_mig_state device_state;

    /// <summary>Set: out, a descriptor when the new state begins a stream. Get: -1.</summary>
    public int data_fd;
}
