using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;
using static Ioasis.Abi.vfio_pci_irq_index;

namespace Ioasis.Devices.Tests.Interrupts;

public sealed class NotificationTests
{
    public static TheoryData<vfio_pci_irq_index> Indexes => [VFIO_PCI_ERR_IRQ_INDEX, VFIO_PCI_REQ_IRQ_INDEX];

    [Theory]
    [MemberData(nameof(Indexes))]
    public void It_is_set_signalled_replaced_and_taken_away(vfio_pci_irq_index index)
    {
        var client = new InterruptClient(new FunctionInterrupts(true, 1, 1));
        Assert.Equal(ErrnoCode.EINVAL, client.Plain(VFIO_IRQ_SET_ACTION_TRIGGER, index));
        Assert.Equal(ErrnoCode.EINVAL, client.Disable(index));
        Assert.Equal(ErrnoCode.None, client.Bools(VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 1));

        Assert.Equal(ErrnoCode.None, client.Trigger(index, 0, 100));
        Assert.Equal(ErrnoCode.None, client.Plain(VFIO_IRQ_SET_ACTION_TRIGGER, index));
        Assert.Equal(ErrnoCode.None, client.Bools(VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 1));
        Assert.Equal(ErrnoCode.None, client.Bools(VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 0));
        Assert.Equal(2, client.Events[100].Take());

        Assert.Equal(ErrnoCode.None, client.Trigger(index, 0, 101));
        Assert.True(client.Events[100].IsDisposed);
        Assert.Equal(ErrnoCode.EBADF, client.Trigger(index, 0, FakeEvents.NotOpen));
        Assert.False(client.Events[101].IsDisposed);
        Assert.Equal(ErrnoCode.EINVAL, client.Trigger(index, 0, -2));
        Assert.Equal(ErrnoCode.None, client.Trigger(index, 0, -1));
        Assert.True(client.Events[101].IsDisposed);

        Assert.Equal(ErrnoCode.None, client.Trigger(index, 0, 102));
        Assert.Equal(ErrnoCode.None, client.Disable(index));
        Assert.Equal(0, client.Events.Held);
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void It_goes_beside_whatever_interrupt_is_enabled(vfio_pci_irq_index index)
    {
        var interrupts = new FunctionInterrupts(true, 1, 1);
        var client = new InterruptClient(interrupts);
        Assert.Equal(ErrnoCode.None, client.Trigger(index, 0, 100));
        Assert.Equal(ErrnoCode.None, client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 0, 101));
        Assert.Equal(ErrnoCode.None, client.Disable(index));
        Assert.Equal(InterruptMode.Msi, interrupts.Mode);
    }
}
