using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;

namespace Ioasis.Dispatch.Vfio;

/// <summary>VFIO_DEVICE_SET_IRQS: the checks common to all devices; the rest is the function's.</summary>
internal sealed partial class VfioDeviceFile
{
    private Errno SetIrqs(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_irq_set.MinimumSize, nameof(vfio_irq_set), out vfio_irq_set set, ref why);
        if (errno.Failed)
            return errno;
        errno = Check(in set, out int dataSize, ref why);
        if (errno.Failed)
            return errno;

        // At most a descriptor for each of 2,048 MSI-X vectors: the range was checked.
        Span<byte> data = dataSize <= 256 ? stackalloc byte[dataSize] : new byte[dataSize];
        if (dataSize != 0)
        {
            errno = call.Read(vfio_irq_set.offsetof_data, data, ref why);
            if (errno.Failed)
                return errno;
        }
        errno = FailurePoint.Allocate("interrupts", ref why);
        if (errno.Failed)
            return errno;
        InterruptRequest request = new(set.flags, (vfio_pci_irq_index)set.index, set.start, set.count, data);
        return Function.Interrupts.Set(in request, new CallerEvents(call.Caller), ref why);
    }

    private Errno Check(in vfio_irq_set set, out int dataSize, ref Reason why)
    {
        const vfio_irq_set_flags Known = VFIO_IRQ_SET_DATA_TYPE_MASK | VFIO_IRQ_SET_ACTION_TYPE_MASK;
        dataSize = 0;
        if (set.index >= (uint)vfio_pci_irq_index.VFIO_PCI_NUM_IRQS)
            return why.Because(ReasonCode.NoSuchInterrupt, set.index);
        if ((set.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)set.flags, (ulong)Known, name: nameof(vfio_irq_set));
        uint count = Function.Interrupts.Count((vfio_pci_irq_index)set.index);
        if (set.start >= count || set.count > count - set.start)
            return why.Because(ReasonCode.InterruptRangeInvalid, set.index, set.start, set.count, count);

        int each;
        switch (set.flags & VFIO_IRQ_SET_DATA_TYPE_MASK)
        {
            case VFIO_IRQ_SET_DATA_NONE:
                each = 0;
                break;
            case VFIO_IRQ_SET_DATA_BOOL:
                each = sizeof(byte);
                break;
            case VFIO_IRQ_SET_DATA_EVENTFD:
                each = sizeof(int);
                break;
            default:
                return why.Because(ReasonCode.InterruptFlagsInvalid, (ulong)set.flags, set.index);
        }
        dataSize = each * (int)set.count;
        if (set.argsz - vfio_irq_set.offsetof_data < dataSize)
            return why.Because(ReasonCode.ArgszTooShort, set.argsz, (ulong)(vfio_irq_set.offsetof_data + dataSize), name: nameof(vfio_irq_set));
        return Errno.Success;
    }
}
