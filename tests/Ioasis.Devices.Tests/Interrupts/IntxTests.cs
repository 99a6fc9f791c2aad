using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;
using static Ioasis.Abi.vfio_pci_irq_index;

namespace Ioasis.Devices.Tests.Interrupts;

public sealed class IntxTests
{
    private readonly FunctionInterrupts _interrupts = new(hasPin: true, 0, 0);
    private readonly InterruptClient _client;

    public IntxTests() => _client = new InterruptClient(_interrupts);

    private FakeEventLine Line => _client.Events[100];

    [Fact]
    public void Delivery_masks_until_unmasked_and_a_line_still_asserted_is_delivered_again()
    {
        Enable();
        _interrupts.SetPin(true);
        Assert.Equal(1, Line.Take());
        _interrupts.SetPin(false);
        _interrupts.SetPin(true);
        Assert.Equal(0, Line.Take());
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(1, Line.Take());
        _interrupts.SetPin(false);
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(0, Line.Take());
        _interrupts.SetPin(true);
        Assert.Equal(1, Line.Take());
    }

    [Fact]
    public void A_line_asserted_before_it_is_enabled_is_delivered_when_it_is()
    {
        _interrupts.SetPin(true);
        Enable();
        Assert.Equal(1, Line.Take());
    }

    [Fact]
    public void Masked_by_hand_it_is_delivered_when_unmasked()
    {
        Enable();
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_MASK, VFIO_PCI_INTX_IRQ_INDEX));
        _interrupts.SetPin(true);
        Assert.Equal(0, Line.Take());
        Assert.Equal(ErrnoCode.None, _client.Bools(VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX, 0, 0));
        Assert.Equal(0, Line.Take());
        Assert.Equal(ErrnoCode.None, _client.Bools(VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX, 0, 1));
        Assert.Equal(1, Line.Take());
    }

    [Fact]
    public void A_mask_with_a_zero_byte_does_nothing()
    {
        Enable();
        Assert.Equal(ErrnoCode.None, _client.Bools(VFIO_IRQ_SET_ACTION_MASK, VFIO_PCI_INTX_IRQ_INDEX, 0, 0));
        _interrupts.SetPin(true);
        Assert.Equal(1, Line.Take());
    }

    [Fact]
    public void The_interrupt_disable_bit_masks_and_its_clearing_unmasks()
    {
        Enable();
        _interrupts.SetPinDisabled(true);
        _interrupts.SetPin(true);
        Assert.Equal(0, Line.Take());
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(0, Line.Take());
        _interrupts.SetPinDisabled(false);
        Assert.Equal(1, Line.Take());
    }

    [Fact]
    public void Enabled_with_the_interrupt_disable_bit_set_it_starts_masked()
    {
        _interrupts.SetPinDisabled(true);
        Enable();
        _interrupts.SetPin(true);
        Assert.Equal(0, Line.Take());
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(0, Line.Take());
    }

    [Fact]
    public void An_unmask_eventfd_that_the_client_has_closed_is_in_nobodys_way()
    {
        Enable();
        Assert.Equal(ErrnoCode.None, UnmaskBy(101));
        _client.Events.Closed = _client.Events[101];
        Assert.Equal(ErrnoCode.None, UnmaskBy(102));
        Assert.True(_client.Events[101].IsDisposed);
        _interrupts.SetPin(true);
        Assert.Equal(1, Line.Take());
        _client.Events[102].SignalByClient();
        Assert.Equal(1, Line.Take());
    }

    [Fact]
    public void The_client_can_unmask_by_an_eventfd_but_only_by_one()
    {
        Enable();
        Assert.Equal(ErrnoCode.None, UnmaskBy(101));
        Assert.Equal(ErrnoCode.EBUSY, UnmaskBy(102));
        Assert.True(_client.Events[102].IsDisposed);
        _interrupts.SetPin(true);
        Assert.Equal(1, Line.Take());
        _client.Events[101].SignalByClient();
        Assert.Equal(1, Line.Take());

        Assert.Equal(ErrnoCode.None, UnmaskBy(-1));
        Assert.True(_client.Events[101].IsDisposed);
        _client.Events[101].SignalByClient();
        Assert.Equal(0, Line.Take());
        Assert.Equal(ErrnoCode.None, UnmaskBy(103));
        Assert.Equal(ErrnoCode.EBADF, UnmaskBy(FakeEvents.NotOpen));
    }

    [Fact]
    public void Another_eventfd_takes_the_place_of_the_first_and_minus_one_leaves_nobody_to_hear()
    {
        Enable();
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_INTX_IRQ_INDEX, 0, 101));
        Assert.True(Line.IsDisposed);
        _interrupts.SetPin(true);
        Assert.Equal(1, _client.Events[101].Take());
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_INTX_IRQ_INDEX, 0, -1));
        Assert.Equal(InterruptMode.Intx, _interrupts.Mode);
        Assert.Equal(0, _client.Events.Held);
    }

    [Fact]
    public void Disabled_it_is_quiet_and_gives_back_its_eventfds()
    {
        Enable();
        UnmaskBy(101);
        Assert.Equal(ErrnoCode.None, _client.Disable(VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(InterruptMode.None, _interrupts.Mode);
        Assert.Equal(0, _client.Events.Held);
        _interrupts.SetPin(true);
        Assert.Equal(ErrnoCode.EINVAL, _client.Disable(VFIO_PCI_INTX_IRQ_INDEX));
    }

    [Fact]
    public void Loopback_signals_without_the_device()
    {
        Enable();
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(1, Line.Take());
        Assert.Equal(ErrnoCode.None, _client.Bools(VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_INTX_IRQ_INDEX, 0, 0));
        Assert.Equal(0, Line.Take());
        _interrupts.SetPin(true);
        Assert.Equal(1, Line.Take());
    }

    private void Enable() => Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_INTX_IRQ_INDEX, 0, 100));

    private ErrnoCode UnmaskBy(int descriptor) =>
        _client.Set(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, BitConverter.GetBytes(descriptor));
}
