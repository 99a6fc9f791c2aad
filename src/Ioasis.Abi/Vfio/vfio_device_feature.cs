namespace Ioasis.Abi;

/// <summary>
/// The low 16 bits number a feature, the bits above say what to do with it. The header has these as plain macros; the enum's name is ours.
/// </summary>
public enum vfio_device_feature_flags : uint
{
    /// <summary>The bits that hold the feature's number.</summary>
    VFIO_DEVICE_FEATURE_MASK = 0xFFFF,

    /// <summary>Read it.</summary>
    VFIO_DEVICE_FEATURE_GET = 1 << 16,

    /// <summary>Set it.</summary>
    VFIO_DEVICE_FEATURE_SET = 1 << 17,

    /// <summary>Only ask whether it exists, and can be read or set where those are given too.</summary>
    VFIO_DEVICE_FEATURE_PROBE = 1 << 18,

    /// <summary>Set: 16 bytes, the UUID that openers of virtual functions must show.</summary>
    VFIO_DEVICE_FEATURE_PCI_VF_TOKEN = 0,

    /// <summary>Get: <see cref="vfio_device_feature_migration"/>.</summary>
    VFIO_DEVICE_FEATURE_MIGRATION = 1,

    /// <summary>Get or set: <see cref="vfio_device_feature_mig_state"/>.</summary>
    VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE = 2,

    /// <summary>Set, no data: the device may sleep; mapped regions are off until it exits.</summary>
    VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY = 3,

    /// <summary>Set: <see cref="vfio_device_low_power_entry_with_wakeup"/>.</summary>
    VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP = 4,

    /// <summary>Set, no data: the device may no longer sleep.</summary>
    VFIO_DEVICE_FEATURE_LOW_POWER_EXIT = 5,

    /// <summary>Set: <see cref="vfio_device_feature_dma_logging_control"/>.</summary>
    VFIO_DEVICE_FEATURE_DMA_LOGGING_START = 6,

    /// <summary>Set, no data: stop logging.</summary>
    VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP = 7,

    /// <summary>Get: <see cref="vfio_device_feature_dma_logging_report"/>.</summary>
    VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT = 8,

    /// <summary>Get: <see cref="vfio_device_feature_mig_data_size"/>.</summary>
    VFIO_DEVICE_FEATURE_MIG_DATA_SIZE = 9,

    /// <summary>Set: <see cref="vfio_device_feature_bus_master"/>.</summary>
    VFIO_DEVICE_FEATURE_BUS_MASTER = 10,

    /// <summary>Get: <see cref="vfio_device_feature_dma_buf"/>. Returns a descriptor.</summary>
    VFIO_DEVICE_FEATURE_DMA_BUF = 11,

    /// <summary>Set, no data: <see cref="vfio_precopy_info.flags"/> becomes meaningful.</summary>
    VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 = 12,

    /// <summary>Get: <see cref="vfio_device_feature_zpci_err"/>.</summary>
    VFIO_DEVICE_FEATURE_ZPCI_ERROR = 13,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_FEATURE"/>.</summary>
/// <remarks>
/// <para>A feature's <c>MinimumSize</c> counts from the data.</para>
/// <para>Errors: ENOTTY the device does not have the feature; EINVAL it cannot be read or set as asked, both at once, or too little
/// data.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_device_feature
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="flags"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>
    /// Where the flexible array <c>data</c> begins, in bytes from the start of the struct: what the feature reads or writes; not needed to
    /// probe.
    /// </summary>
    public const int offsetof_data = 8;

    /// <summary>In: bytes that the caller provides, data included.</summary>
    public uint argsz;

    /// <summary>In: the feature, and what to do with it.</summary>
    public vfio_device_feature_flags flags;
}
