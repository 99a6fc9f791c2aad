using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;

namespace Ioasis.Devices.Tests.Interrupts;

/// <summary>Says SET_IRQS to a function's interrupts, in few words.</summary>
public sealed class InterruptClient(FunctionInterrupts interrupts)
{
    public FakeEvents Events { get; } = new();

    public Reason Why;

    public ErrnoCode Trigger(vfio_pci_irq_index index, uint start, params int[] descriptors) =>
        Set(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, index, start, (uint)descriptors.Length, MemoryMarshal.AsBytes(descriptors.AsSpan()));

    public ErrnoCode Disable(vfio_pci_irq_index index) =>
        Set(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 0, []);

    public ErrnoCode Plain(vfio_irq_set_flags action, vfio_pci_irq_index index, uint start = 0, uint count = 1) =>
        Set(VFIO_IRQ_SET_DATA_NONE | action, index, start, count, []);

    public ErrnoCode Bools(vfio_irq_set_flags action, vfio_pci_irq_index index, uint start, params byte[] chosen) =>
        Set(VFIO_IRQ_SET_DATA_BOOL | action, index, start, (uint)chosen.Length, chosen);

    public ErrnoCode Set(vfio_irq_set_flags flags, vfio_pci_irq_index index, uint start, uint count, ReadOnlySpan<byte> data) =>
        interrupts.Set(new InterruptRequest(flags, index, start, count, data), Events, ref Why).Code;
}
