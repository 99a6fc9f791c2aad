namespace Ioasis.Abi;

/// <summary>How the interrupts of an index behave. The header has these as plain macros; the enum's name is ours.</summary>
[Flags]
public enum vfio_irq_info_flags : uint
{
    /// <summary>They are signalled by eventfds.</summary>
    VFIO_IRQ_INFO_EVENTFD = 1 << 0,

    /// <summary>They can be masked and unmasked.</summary>
    VFIO_IRQ_INFO_MASKABLE = 1 << 1,

    /// <summary>Each masks itself when it is signalled, until the user unmasks it: level-triggered.</summary>
    VFIO_IRQ_INFO_AUTOMASKED = 1 << 2,

    /// <summary>The set is fixed when it is enabled: to add one, disable the index first.</summary>
    VFIO_IRQ_INFO_NORESIZE = 1 << 3,
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_GET_IRQ_INFO"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_irq_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="count"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>Out: how they behave.</summary>
    public vfio_irq_info_flags flags;

    /// <summary>In: which index; for PCI a <see cref="vfio_pci_irq_index"/>.</summary>
    public uint index;

    /// <summary>Out: interrupts of this index, zero for one that the device does not have.</summary>
    public uint count;
}
