using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Devices.Tests.Interrupts;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Tests.Pci;

public sealed class ResetTests : IDisposable
{
    private const ushort MemoryAndBusMaster = 6;
    private readonly TestFunction _function = new(TestPhysical.Create());
    private readonly InterruptClient _client;

    public ResetTests()
    {
        _client = new InterruptClient(_function.Interrupts);
        _function.Open();
    }

    public void Dispose() => _function.Dispose();

    [Fact]
    public void A_reset_clears_the_device_and_keeps_configuration_and_interrupts()
    {
        _function.WriteConfig(4, BitConverter.GetBytes(MemoryAndBusMaster));
        _function.WriteConfig(0x10, [0, 0, 0, 0xaa]);
        _client.Trigger(vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX, 0, 100);
        _function.Interrupts.SetPin(true);
        int resets = _function.Resets;

        _function.Reset();

        Assert.Equal(resets + 1, _function.Resets);
        Assert.True(_function.Physical.BusMaster);
        Assert.Equal(0xaa, Byte(0x13));
        Assert.False(_function.Interrupts.PinIsAsserted);
        Assert.Equal(InterruptMode.Intx, _function.Interrupts.Mode);
    }

    [Fact]
    public void A_reset_wakes_the_function()
    {
        int power = Byte(0x34);
        _function.WriteConfig(power + 4, [3]);
        Assert.False(_function.TryReadBar(0, 0, new byte[4]));
        _function.Reset();
        Assert.True(_function.TryReadBar(0, 0, new byte[4]));
    }

    [Fact]
    public void The_reset_bit_of_the_express_capability_resets_and_reads_zero()
    {
        int express = Byte(0x34);
        while (Byte(express) != 0x10)
            express = Byte(express + 1);
        Assert.Equal(0x10, Byte(express + 7) & 0x10);
        int resets = _function.Resets;
        _function.WriteConfig(express + 8, [0x10, 0xa8]);
        Assert.Equal(resets + 1, _function.Resets);
        Assert.Equal(0x28, Byte(express + 9));
        _function.WriteConfig(express + 8, [0x10, 0x28]);
        Assert.Equal(resets + 1, _function.Resets);
    }

    [Fact]
    public void Closing_and_opening_gives_it_back_as_at_power_on()
    {
        byte[] fresh = new byte[4096], again = new byte[4096];
        _function.ReadConfig(0, fresh);
        _function.WriteConfig(4, BitConverter.GetBytes((ushort)0x406));
        _function.WriteConfig(0x10, [0, 0, 0, 0xaa]);
        _client.Trigger(vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX, 0, 100);

        _function.Close();

        Assert.False(_function.Physical.BusMaster);
        Assert.Equal(0, _client.Events.Held);
        Assert.False(_function.TryReadBar(0, 0, new byte[4]));
        _function.Open();
        _function.ReadConfig(0, again);
        Assert.Equal(fresh, again);
        Assert.Equal(ErrnoCode.None, _client.Trigger(vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX, 0, 101));
        _function.Interrupts.SetPin(true);
        Assert.Equal(1, _client.Events[101].Take());
    }

    private byte Byte(int offset)
    {
        Span<byte> one = stackalloc byte[1];
        _function.ReadConfig(offset, one);
        return one[0];
    }
}
