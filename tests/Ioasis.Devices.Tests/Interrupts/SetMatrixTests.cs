using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;
using static Ioasis.Abi.vfio_pci_irq_index;
using static Ioasis.Engine.Reasons.ErrnoCode;

namespace Ioasis.Devices.Tests.Interrupts;

/// <summary>
/// Every kind of data, action and index, first with nothing enabled, then with the index itself enabled on interrupt 0, and
/// with an empty range: what Linux 7.3's vfio_pci_set_irqs_ioctl answers, read from its source.
/// </summary>
public sealed class SetMatrixTests
{
    private const vfio_irq_set_flags
        None = VFIO_IRQ_SET_DATA_NONE, Bool = VFIO_IRQ_SET_DATA_BOOL, Event = VFIO_IRQ_SET_DATA_EVENTFD,
        Mask = VFIO_IRQ_SET_ACTION_MASK, Unmask = VFIO_IRQ_SET_ACTION_UNMASK, Trigger = VFIO_IRQ_SET_ACTION_TRIGGER;

    private const vfio_pci_irq_index
        Intx = VFIO_PCI_INTX_IRQ_INDEX, Msi = VFIO_PCI_MSI_IRQ_INDEX, Msix = VFIO_PCI_MSIX_IRQ_INDEX,
        Err = VFIO_PCI_ERR_IRQ_INDEX, Req = VFIO_PCI_REQ_IRQ_INDEX;

    private const ErrnoCode Fine = ErrnoCode.None;

    /// <summary>Index, flags; errno when off, when on, when off with an empty range, when on with an empty range.</summary>
    public static TheoryData<vfio_pci_irq_index, vfio_irq_set_flags, ErrnoCode, ErrnoCode, ErrnoCode, ErrnoCode> Rows => new()
    {
        { Intx, None | Mask, EINVAL, Fine, EINVAL, EINVAL },
        { Intx, Bool | Mask, EINVAL, Fine, EINVAL, EINVAL },
        { Intx, Event | Mask, EINVAL, ENOTTY, EINVAL, EINVAL },
        { Intx, None | Unmask, EINVAL, Fine, EINVAL, EINVAL },
        { Intx, Bool | Unmask, EINVAL, Fine, EINVAL, EINVAL },
        { Intx, Event | Unmask, EINVAL, Fine, EINVAL, EINVAL },
        { Intx, None | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Intx, Bool | Trigger, EINVAL, Fine, EINVAL, EINVAL },
        { Intx, Event | Trigger, Fine, Fine, EINVAL, EINVAL },

        { Msi, None | Mask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Msi, Bool | Unmask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Msi, None | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Msi, Bool | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Msi, Event | Trigger, Fine, Fine, ERANGE, Fine },

        { Msix, Event | Mask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Msix, None | Unmask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Msix, None | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Msix, Bool | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Msix, Event | Trigger, Fine, Fine, ERANGE, Fine },

        { Err, None | Mask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Err, Event | Unmask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Err, None | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Err, Bool | Trigger, Fine, Fine, EINVAL, EINVAL },
        { Err, Event | Trigger, Fine, Fine, EINVAL, EINVAL },

        { Req, Bool | Mask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Req, None | Unmask, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Req, None | Trigger, EINVAL, Fine, EINVAL, Fine },
        { Req, Bool | Trigger, Fine, Fine, EINVAL, EINVAL },
        { Req, Event | Trigger, Fine, Fine, EINVAL, EINVAL },

        // No action, and two at once, is nothing that any index can do.
        { Intx, None, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Intx, None | Mask | Trigger, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Msix, Event | Unmask | Trigger, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
        { Err, None, ENOTTY, ENOTTY, ENOTTY, ENOTTY },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_answer_is_that_of_Linux(
        vfio_pci_irq_index index, vfio_irq_set_flags flags, ErrnoCode off, ErrnoCode on, ErrnoCode offEmpty, ErrnoCode onEmpty)
    {
        Assert.Equal(off, Answer(index, flags, enabled: false, count: 1));
        Assert.Equal(on, Answer(index, flags, enabled: true, count: 1));
        Assert.Equal(offEmpty, Answer(index, flags, enabled: false, count: 0));
        Assert.Equal(onEmpty, Answer(index, flags, enabled: true, count: 0));
    }

    private static ErrnoCode Answer(vfio_pci_irq_index index, vfio_irq_set_flags flags, bool enabled, uint count)
    {
        var interrupts = new FunctionInterrupts(true, 4, 4);
        var client = new InterruptClient(interrupts);
        if (enabled)
            Assert.Equal(Fine, client.Trigger(index, 0, 100));
        ReadOnlySpan<byte> data = count == 0 || flags.HasFlag(None) ? [] : flags.HasFlag(Bool) ? [1] : BitConverter.GetBytes(101);
        ErrnoCode errno = client.Set(flags, index, 0, count, data);

        // Nothing that was taken may be lost, whatever the answer was.
        interrupts.Clear();
        Assert.Equal(0, client.Events.Held);
        return errno;
    }
}
