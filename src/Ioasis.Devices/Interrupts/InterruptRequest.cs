using System.Buffers.Binary;
using Ioasis.Abi;
using static Ioasis.Abi.vfio_irq_set_flags;

namespace Ioasis.Devices.Interrupts;

/// <summary>
/// One VFIO_DEVICE_SET_IRQS after the checks that are common to all devices: exactly one kind of data, a range that the index
/// has, and as much data as the range needs.
/// </summary>
public readonly ref struct InterruptRequest(
    vfio_irq_set_flags flags, vfio_pci_irq_index index, uint start, uint count, ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    public vfio_irq_set_flags Flags { get; } = flags;

    public vfio_pci_irq_index Index { get; } = index;

    /// <summary>First interrupt of the range.</summary>
    public uint Start { get; } = start;

    /// <summary>Interrupts in the range; may be 0.</summary>
    public uint Count { get; } = count;

    /// <summary>What to do; more than one bit, or none, is nothing that an index can do.</summary>
    public vfio_irq_set_flags Action => Flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;

    public bool HasNoData => (Flags & VFIO_IRQ_SET_DATA_NONE) != 0;

    public bool HasEvents => (Flags & VFIO_IRQ_SET_DATA_EVENTFD) != 0;

    /// <summary>No data, an empty range: the way to switch an index off.</summary>
    public bool IsDisable => HasNoData && Count == 0;

    /// <summary>Whether the action is meant for the n-th interrupt of the range: all with no data, else those whose byte is not 0.</summary>
    public bool Chooses(uint n) => HasNoData || _data[(int)n] != 0;

    /// <summary>The descriptor given for the n-th interrupt of the range.</summary>
    public int Descriptor(uint n) => BinaryPrimitives.ReadInt32LittleEndian(_data[((int)n * sizeof(int))..]);
}
