namespace Ioasis.Abi;

/// <summary>
/// Lets the device sleep until something wakes it
/// (<see cref="vfio_device_feature_flags.VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP"/>).
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_device_low_power_entry_with_wakeup
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="reserved"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: signalled once, when the device had slept and wakes.</summary>
    public int wakeup_eventfd;

    /// <summary>In: zero.</summary>
    public uint reserved;
}
