namespace Ioasis.Abi;

/// <summary>
/// One DATA flag, which says what follows the struct, and one ACTION flag, which says what to do. The header has these as plain macros; the
/// enum's name is ours.
/// </summary>
[Flags]
public enum vfio_irq_set_flags : uint
{
    /// <summary>Nothing follows: the action is for each interrupt of the range.</summary>
    VFIO_IRQ_SET_DATA_NONE = 1 << 0,

    /// <summary>A byte for each: the action is for those that are not zero.</summary>
    VFIO_IRQ_SET_DATA_BOOL = 1 << 1,

    /// <summary>An int for each: the eventfd that stands for the action from now on, -1 for none.</summary>
    VFIO_IRQ_SET_DATA_EVENTFD = 1 << 2,

    /// <summary>Mask.</summary>
    VFIO_IRQ_SET_ACTION_MASK = 1 << 3,

    /// <summary>Unmask.</summary>
    VFIO_IRQ_SET_ACTION_UNMASK = 1 << 4,

    /// <summary>Trigger: with eventfds, what the device signals; else, signal now.</summary>
    VFIO_IRQ_SET_ACTION_TRIGGER = 1 << 5,

    /// <summary>All DATA flags.</summary>
    VFIO_IRQ_SET_DATA_TYPE_MASK = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_DATA_EVENTFD,

    /// <summary>All ACTION flags.</summary>
    VFIO_IRQ_SET_ACTION_TYPE_MASK = VFIO_IRQ_SET_ACTION_MASK | VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_ACTION_TRIGGER,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_SET_IRQS"/>.</summary>
/// <remarks>
/// <para>Eventfds for TRIGGER enable the index.</para>
/// <para>Errors: EINVAL also when the range reaches past the last interrupt, the data is too short, or not exactly one of each kind of flag
/// is set; ENOTTY the index cannot do the action; EBADF no such eventfd.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_irq_set
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="count"/>.</summary>
    public const int MinimumSize = 20;

    /// <summary>
    /// Where the flexible array <c>data</c> begins, in bytes from the start of the struct: as many entries as <see cref="count"/> says,
    /// each as wide as the DATA flag says.
    /// </summary>
    public const int offsetof_data = 20;

    /// <summary>In: bytes that the caller provides, data included.</summary>
    public uint argsz;

    /// <summary>In: kind of data and action.</summary>
    public vfio_irq_set_flags flags;

    /// <summary>In: which index; for PCI a <see cref="vfio_pci_irq_index"/>.</summary>
    public uint index;

    /// <summary>In: first interrupt of the range.</summary>
    public uint start;

    /// <summary>In: interrupts in the range. Zero with no data and TRIGGER disables the whole index.</summary>
    public uint count;
}
