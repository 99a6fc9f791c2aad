using System.Buffers.Binary;
using Ioasis.Abi;
using Ioasis.Devices.Tests.Interrupts;

namespace Ioasis.Devices.Tests.Pci;

public sealed class ConfigTests : IDisposable
{
    private const int Command = 4, Status = 6;
    private const ushort Memory = 2, BusMaster = 4, InterruptDisable = 0x400;

    private readonly TestFunction _function = new(TestPhysical.Create());

    public ConfigTests() => _function.Open();

    public void Dispose() => _function.Dispose();

    [Fact]
    public void The_header_says_who_it_is()
    {
        Assert.Equal(0x12341af4u, Read32(0));
        Assert.Equal(0x02000007u, Read32(8));
        Assert.Equal(0x22221111u, Read32(0x2c));
        Assert.Equal(0x0100u, Read32(0x3c));
        Write32(0, 0);
        Write32(8, 0);
        Write32(0x2c, 0);
        Write32(0x3c, 0xffffffff);
        Assert.Equal(0x12341af4u, Read32(0));
        Assert.Equal(0x02000007u, Read32(8));
        Assert.Equal(0x22221111u, Read32(0x2c));
        Assert.Equal(0x01ffu, Read32(0x3c));
    }

    [Theory]
    [InlineData(0x10, 0xffff0000u, 0xc0000000u)]
    [InlineData(0x14, 0u, 0u)]
    [InlineData(0x18, 0x0000000cu, 0x0000000cu)]
    [InlineData(0x1c, 0xfffffffeu, 0x80u)]
    [InlineData(0x20, 0xfffff000u, 0xc0400000u)]
    [InlineData(0x24, 0u, 0u)]
    [InlineData(0x30, 0u, 0u)]
    public void A_bar_is_sized_by_writing_ones_and_holds_what_is_written_back(int register, uint sized, uint initial)
    {
        Assert.Equal(initial, Read32(register));
        Write32(register, 0xffffffff);
        Assert.Equal(sized, Read32(register));
        Write32(register, initial);
        Assert.Equal(initial, Read32(register));
    }

    [Fact]
    public void A_bar_can_be_sized_byte_by_byte()
    {
        for (int n = 0; n < 4; n++)
            _function.WriteConfig(0x10 + n, [0xff]);
        Assert.Equal(0xffff0000u, Read32(0x10));
    }

    [Fact]
    public void The_capability_list_leads_through_every_capability_once()
    {
        Assert.NotEqual(0, Read16(Status) & 0x10);
        var ids = new List<int>();
        for (int at = (int)(Read32(0x34) & 0xff); at != 0; at = Read16(at) >> 8)
        {
            Assert.Equal(0, at % 4);
            ids.Add(Read16(at) & 0xff);
        }
        Assert.Equal([0x01, 0x05, 0x11, 0x10], ids);
        Assert.Equal(0u, Read32(0x100));
    }

    [Fact]
    public void At_open_memory_space_is_on_and_bus_mastering_off()
    {
        Assert.Equal(Memory, Read16(Command));
        Assert.False(_function.Physical.BusMaster);
    }

    [Fact]
    public void Bus_mastering_follows_the_command_register_and_sleep()
    {
        Write16(Command, Memory | BusMaster);
        Assert.True(_function.Physical.BusMaster);
        int power = Capability(0x01);
        Write16(power + 4, 3);
        Assert.False(_function.Physical.BusMaster);
        Write16(power + 4, 0);
        Assert.True(_function.Physical.BusMaster);
        Write16(Command, Memory);
        Assert.False(_function.Physical.BusMaster);
    }

    [Fact]
    public void Without_memory_space_or_asleep_no_bar_answers()
    {
        byte[] four = new byte[4];
        Assert.True(_function.TryReadBar(0, 0, four));
        Write16(Command, 0);
        Assert.False(_function.TryReadBar(0, 0, four));
        Assert.False(_function.TryWriteBar(0, 0, four));
        Write16(Command, Memory);
        Write16(Capability(0x01) + 4, 3);
        Assert.False(_function.TryReadBar(0, 0, four));
        Write16(Capability(0x01) + 4, 0);
        Assert.True(_function.TryReadBar(0, 0, four));
    }

    [Fact]
    public void A_power_state_that_does_not_exist_is_not_entered()
    {
        int power = Capability(0x01);
        Write16(power + 4, 1);
        Assert.Equal(8, Read16(power + 4));
        Assert.True(_function.TryReadBar(0, 0, new byte[4]));
    }

    [Fact]
    public void The_status_register_shows_the_line_and_its_disable_bit_silences_it()
    {
        var client = new InterruptClient(_function.Interrupts);
        client.Trigger(vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX, 0, 100);
        Write16(Command, Memory | InterruptDisable);
        _function.Interrupts.SetPin(true);
        Assert.NotEqual(0, Read16(Status) & 8);
        Assert.Equal(0, client.Events[100].Take());
        Write16(Command, Memory);
        Assert.Equal(1, client.Events[100].Take());
        _function.Interrupts.SetPin(false);
        Assert.Equal(0, Read16(Status) & 8);
    }

    [Fact]
    public void Msi_is_enabled_by_SET_IRQS_and_only_then_can_the_bit_be_set()
    {
        int msi = Capability(0x05);
        Assert.Equal(0x84, Read16(msi + 2));
        Write16(msi + 2, 0x71);
        Assert.Equal(0xa4, Read16(msi + 2));
        new InterruptClient(_function.Interrupts).Trigger(vfio_pci_irq_index.VFIO_PCI_MSI_IRQ_INDEX, 0, 100);
        Write16(msi + 2, 1);
        Assert.Equal(0x85, Read16(msi + 2));
        Write32(msi + 4, 0xfee01234);
        Write16(msi + 12, 0x4041);
        Assert.Equal(0xfee01234u, Read32(msi + 4));
        Assert.Equal(0x4041, Read16(msi + 12));
    }

    [Fact]
    public void Msix_control_is_read_only_and_shows_what_SET_IRQS_enabled()
    {
        int msix = Capability(0x11);
        Assert.Equal(7, Read16(msix + 2));
        Write16(msix + 2, 0xc000);
        Assert.Equal(7, Read16(msix + 2));
        var client = new InterruptClient(_function.Interrupts);
        client.Trigger(vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX, 0, 100);
        Assert.Equal(0x8007, Read16(msix + 2));
        client.Disable(vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX);
        Assert.Equal(7, Read16(msix + 2));
        Assert.Equal(0x104u, Read32(msix + 4));
        Assert.Equal(0x804u, Read32(msix + 8));
    }

    [Fact]
    public void Accesses_may_have_any_size_and_place()
    {
        byte[] all = new byte[4096];
        _function.ReadConfig(0, all);
        byte[] seven = new byte[7];
        _function.ReadConfig(0x2b, seven);
        Assert.Equal(all[0x2b..0x32], seven);
        _function.WriteConfig(3, [0xff, 0x06, 0x04, 0xff, 0xff]);
        Assert.Equal(Memory | BusMaster | InterruptDisable, Read16(Command));
        Assert.Equal(0x12341af4u, Read32(0));
        Assert.True(_function.Physical.BusMaster);
    }

    [Fact]
    public void Messages_need_bus_mastering()
    {
        var client = new InterruptClient(_function.Interrupts);
        client.Trigger(vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX, 0, 100, 101);
        _function.Message(1);
        Assert.Equal(0, client.Events[101].Take());
        Write16(Command, Memory | BusMaster);
        _function.Message(1);
        Assert.Equal(1, client.Events[101].Take());
    }

    private int Capability(int id)
    {
        int at = (int)(Read32(0x34) & 0xff);
        while ((Read16(at) & 0xff) != id)
            at = Read16(at) >> 8;
        return at;
    }

    private ushort Read16(int offset)
    {
        Span<byte> bytes = stackalloc byte[2];
        _function.ReadConfig(offset, bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private uint Read32(int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        _function.ReadConfig(offset, bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private void Write16(int offset, int value) => _function.WriteConfig(offset, BitConverter.GetBytes((ushort)value));

    private void Write32(int offset, uint value) => _function.WriteConfig(offset, BitConverter.GetBytes(value));
}
