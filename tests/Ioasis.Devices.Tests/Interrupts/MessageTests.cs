using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;
using static Ioasis.Abi.vfio_pci_irq_index;

namespace Ioasis.Devices.Tests.Interrupts;

public sealed class MessageTests
{
    private readonly FunctionInterrupts _interrupts = new(hasPin: true, 4, 4);
    private readonly InterruptClient _client;

    public MessageTests() => _client = new InterruptClient(_interrupts);

    [Theory]
    [InlineData(VFIO_PCI_MSI_IRQ_INDEX)]
    [InlineData(VFIO_PCI_MSIX_IRQ_INDEX)]
    public void Each_vector_signals_its_eventfd_and_a_vector_set_to_minus_one_none(vfio_pci_irq_index index)
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(index, 0, 100, -1, 102));
        for (uint vector = 0; vector < 6; vector++)
            _interrupts.SendMessage(vector);
        Assert.Equal(1, _client.Events[100].Take());
        Assert.Equal(1, _client.Events[102].Take());

        Assert.Equal(ErrnoCode.None, _client.Trigger(index, 0, -1));
        Assert.True(_client.Events[100].IsDisposed);
        _interrupts.SendMessage(2);
        Assert.Equal(1, _client.Events[102].Take());
    }

    [Fact]
    public void Msix_can_add_vectors_later_but_msi_has_as_many_as_it_was_enabled_with()
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 0, -1));
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 3, 103));
        Assert.Equal(ErrnoCode.None, _client.Disable(VFIO_PCI_MSIX_IRQ_INDEX));

        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 0, 100, 101));
        Assert.Equal(ErrnoCode.EINVAL, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 2, 102));
        Assert.Equal(ReasonCode.InterruptVectorNotEnabled, _client.Why.Code);
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 2, -1));
        _interrupts.SendMessage(1);
        Assert.Equal(1, _client.Events[101].Take());
    }

    [Fact]
    public void An_empty_range_that_starts_higher_enables_that_many_vectors()
    {
        Assert.Equal(ErrnoCode.ERANGE, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 0));
        Assert.Equal(InterruptMode.None, _interrupts.Mode);
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 2));
        Assert.Equal(InterruptMode.Msi, _interrupts.Mode);
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 1, 101));
        Assert.Equal(ErrnoCode.EINVAL, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 2, 102));
    }

    [Theory]
    [InlineData(FakeEvents.NotOpen, ErrnoCode.EBADF)]
    [InlineData(FakeEvents.NotAnEvent, ErrnoCode.EINVAL)]
    public void A_bad_descriptor_in_the_middle_leaves_nothing_enabled(int bad, ErrnoCode errno)
    {
        Assert.Equal(errno, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 0, 100, bad, 102));
        Assert.Equal(InterruptMode.None, _interrupts.Mode);
        Assert.Equal(0, _client.Events.Held);
    }

    [Fact]
    public void A_bad_descriptor_while_enabled_clears_the_range_up_to_it_and_spares_the_rest()
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 0, 100, 101, 102, 103));
        Assert.Equal(ErrnoCode.EBADF, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 1, 201, FakeEvents.NotOpen));
        Assert.Equal(InterruptMode.Msix, _interrupts.Mode);
        Assert.True(_client.Events[101].IsDisposed && _client.Events[201].IsDisposed && _client.Events[102].IsDisposed);
        _interrupts.SendMessage(0);
        _interrupts.SendMessage(3);
        Assert.Equal(1, _client.Events[100].Take());
        Assert.Equal(1, _client.Events[103].Take());
    }

    [Fact]
    public void Loopback_signals_the_chosen_vectors()
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 0, 100, 101, 102));
        Assert.Equal(ErrnoCode.None, _client.Plain(VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 1, 3));
        Assert.Equal(ErrnoCode.None, _client.Bools(VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 1, 0, 1));
        Assert.Equal(0, _client.Events[100].Take());
        Assert.Equal(1, _client.Events[101].Take());
        Assert.Equal(2, _client.Events[102].Take());
    }

    [Fact]
    public void Only_one_kind_of_interrupt_is_enabled_at_a_time()
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_INTX_IRQ_INDEX, 0, 100));
        Assert.Equal(ErrnoCode.EINVAL, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 0, 101));
        Assert.Equal(ReasonCode.InterruptModeTaken, _client.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, _client.Disable(VFIO_PCI_MSI_IRQ_INDEX));
        Assert.Equal(ErrnoCode.None, _client.Disable(VFIO_PCI_INTX_IRQ_INDEX));
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSI_IRQ_INDEX, 0, 101));
        Assert.Equal(ErrnoCode.EINVAL, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 0, 102));
        Assert.Equal(ErrnoCode.EINVAL, _client.Trigger(VFIO_PCI_INTX_IRQ_INDEX, 0, 102));
        Assert.Equal(1, _client.Events.Held);
    }

    [Fact]
    public void Messages_go_nowhere_when_only_the_pin_is_enabled()
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_INTX_IRQ_INDEX, 0, 100));
        _interrupts.SendMessage(0);
        Assert.Equal(0, _client.Events[100].Take());
    }

    [Fact]
    public void Clearing_gives_everything_back()
    {
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_MSIX_IRQ_INDEX, 0, 100, 101));
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_ERR_IRQ_INDEX, 0, 102));
        Assert.Equal(ErrnoCode.None, _client.Trigger(VFIO_PCI_REQ_IRQ_INDEX, 0, 103));
        Assert.Equal(4, _client.Events.Held);
        _interrupts.Clear();
        Assert.Equal(0, _client.Events.Held);
        Assert.Equal(InterruptMode.None, _interrupts.Mode);
    }
}
