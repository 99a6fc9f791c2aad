using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>The educational device behind the whole way: file, engine, the caller's memory.</summary>
public sealed class EduTests : IDisposable
{
    private const ulong Factorial = 0x08, Status = 0x20, InterruptStatus = 0x24, Raise = 0x60, Acknowledge = 0x64;
    private const ulong Source = 0x80, Destination = 0x88, Count = 0x90, Command = 0x98, Buffer = 0x40000;
    private const ulong Memory = VfioBench.Data + 0x1000, Iova = 0x100000;

    private readonly VfioBench _bench = new();
    private readonly DeviceFile _edu;
    private readonly uint _space;

    public EduTests()
    {
        _edu = _bench.Edu;
        _space = _bench.Prepare(_edu);
        _bench.Map(_space, Memory, Iova, 0x4000, writable: true);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Identification_and_liveness()
    {
        Assert.Equal(0x010000edu, _bench.ReadRegister(_edu, 0));
        _bench.WriteRegister(_edu, 4, 0x12345678);
        Assert.Equal(0xedcba987u, _bench.ReadRegister(_edu, 4));
    }

    [Theory]
    [InlineData(0x00, 8, ulong.MaxValue)]
    [InlineData(0x04, 2, 0xfffful)]
    [InlineData(0x80, 8, 0ul)]
    [InlineData(0x80, 2, 0xfffful)]
    [InlineData(0x0c, 4, 0xfffffffful)]
    [InlineData(0x40000, 4, 0xfffffffful)]
    public void Registers_answer_to_their_widths_only(ulong at, int size, ulong value) =>
        Assert.Equal(value, _bench.ReadRegister(_edu, at, size));

    [Theory]
    [InlineData(0u, 1u)]
    [InlineData(1u, 1u)]
    [InlineData(10u, 3628800u)]
    [InlineData(13u, 1932053504u)]
    [InlineData(33u, 2147483648u)]
    [InlineData(34u, 0u)]
    [InlineData(uint.MaxValue, 0u)]
    public void The_factorial_is_computed_modulo_two_to_the_32(uint n, uint factorial)
    {
        _bench.WriteRegister(_edu, Factorial, n);
        _bench.WaitClear(_edu, Status, 1);
        Assert.Equal(factorial, _bench.ReadRegister(_edu, Factorial));
    }

    [Fact]
    public void A_computed_factorial_interrupts_when_asked_to()
    {
        var line = Listen();
        _bench.WriteRegister(_edu, Status, 0xff);
        Assert.Equal(0x80u, _bench.ReadRegister(_edu, Status));
        _bench.WriteRegister(_edu, Factorial, 5);
        VfioBench.WaitSignals(line, 1);
        Assert.Equal(1u, _bench.ReadRegister(_edu, InterruptStatus));
        _bench.WriteRegister(_edu, Acknowledge, 1);
        Assert.Equal(0u, _bench.ReadRegister(_edu, InterruptStatus));
        _bench.WriteRegister(_edu, Status, 0);
        _bench.WriteRegister(_edu, Factorial, 5);
        _bench.WaitClear(_edu, Status, 1);
        Assert.Equal(0u, _bench.ReadRegister(_edu, InterruptStatus));
    }

    [Fact]
    public void Raising_sends_a_message_each_time_and_acknowledging_clears_bits()
    {
        var line = Listen();
        _bench.WriteRegister(_edu, Raise, 6);
        _bench.WriteRegister(_edu, Raise, 1);
        Assert.Equal(2, line.Signals);
        _bench.WriteRegister(_edu, Acknowledge, 2);
        Assert.Equal(5u, _bench.ReadRegister(_edu, InterruptStatus));
        _bench.WriteRegister(_edu, Acknowledge, 5);
        _bench.WriteRegister(_edu, Raise, 0);
        Assert.Equal(2, line.Signals);
        Assert.False(_bench.Function(_edu).Interrupts.PinIsAsserted);
    }

    [Fact]
    public void Without_MSI_the_pin_is_asserted_until_all_is_acknowledged()
    {
        var line = new CountingLine();
        Assert.Equal(ErrnoCode.None, _bench.Trigger(_edu, vfio_pci_irq_index.VFIO_PCI_INTX_IRQ_INDEX, line));
        _bench.WriteRegister(_edu, Raise, 3);
        Assert.Equal(1, line.Signals);
        _bench.WriteRegister(_edu, Acknowledge, 1);
        Assert.True(_bench.Function(_edu).Interrupts.PinIsAsserted);
        Assert.Equal(8u, _bench.ReadConfig(_edu, 6, 2) & 8);
        _bench.WriteRegister(_edu, Acknowledge, 2);
        Assert.False(_bench.Function(_edu).Interrupts.PinIsAsserted);
    }

    [Fact]
    public void DMA_brings_bytes_in_and_out_and_interrupts()
    {
        var line = Listen();
        byte[] page = Fill(0x10, 4096);
        Run(Iova + 0x10, Buffer, 4096, 4);
        VfioBench.WaitSignals(line, 1);
        Assert.Equal(0x100u, _bench.ReadRegister(_edu, InterruptStatus));
        Run(Buffer, Iova + 0x2ff0, 4096, 2 | 4);
        VfioBench.WaitSignals(line, 2);
        Assert.Equal(page, Bytes(0x2ff0, 4096));
        Assert.Empty(_bench.Faults);
    }

    [Fact]
    public void A_few_bytes_move_to_and_from_the_middle_of_the_buffer()
    {
        byte[] seven = Fill(3, 7);
        Run(Iova + 3, Buffer + 4089, 7, 0);
        Run(Buffer + 4089, Iova + 0x1001, 7, 2);
        Assert.Equal(seven, Bytes(0x1001, 7));
        Assert.Equal([0, 0], new[] { Bytes(0x1000, 1)[0], Bytes(0x1008, 1)[0] });
    }

    [Theory]
    [InlineData(Buffer - 1, 1ul)]
    [InlineData(Buffer + 4096, 1ul)]
    [InlineData(Buffer, 4097ul)]
    [InlineData(Buffer + 4095, ulong.MaxValue)]
    [InlineData(Buffer, 0ul)]
    public void A_transfer_that_does_not_fit_the_buffer_moves_nothing_and_ends(ulong inBuffer, ulong count)
    {
        Fill(0, 4096);
        Run(inBuffer, Iova + 0x2000, count, 2);
        Run(Iova, inBuffer, count, 0);
        Assert.Equal(new byte[4096], Bytes(0x2000, 4096));
        Assert.Empty(_bench.Faults);
    }

    [Fact]
    public void Addresses_lose_the_bits_above_the_mask()
    {
        byte[] page = Fill(0, 4096);
        Run(Iova + (1ul << 28), Buffer, 4096, 0);
        Run(Buffer, Iova + 0x1000 + (0xful << 60), 4096, 2);
        Assert.Equal(page, Bytes(0x1000, 4096));
        Assert.Empty(_bench.Faults);
    }

    [Fact]
    public void While_a_transfer_runs_its_registers_take_no_writes_and_a_command_without_run_is_nothing()
    {
        _bench.WriteRegister(_edu, Command, 2);
        Assert.Equal(0u, _bench.ReadRegister(_edu, Command));
        _bench.WriteRegister(_edu, Source, 0x1122334455667788, 8);
        Assert.Equal(0x1122334455667788u, _bench.ReadRegister(_edu, Source, 8));
        Assert.Equal(0x55667788u, _bench.ReadRegister(_edu, Source));
        _bench.WriteRegister(_edu, Source, 0x99, 4);
        Assert.Equal(0x99u, _bench.ReadRegister(_edu, Source, 8));
    }

    [Fact]
    public void Without_bus_mastering_DMA_is_aborted_and_the_buffer_holds_ones()
    {
        Fill(0, 4096);
        _bench.WriteConfig(_edu, 4, 2, 2);
        Run(Iova, Buffer, 16, 0);
        _bench.WriteConfig(_edu, 4, 6, 2);
        Run(Buffer, Iova + 0x1000, 16, 2);
        Assert.Equal(Enumerable.Repeat((byte)0xff, 16), Bytes(0x1000, 16));
        Assert.Equal(ReasonCode.DmaNoBusMaster, Assert.Single(_bench.Faults).Reason.Code);
    }

    [Fact]
    public void After_unmap_DMA_is_aborted_with_a_reason()
    {
        _bench.Unmap(_space, Iova, 0x4000);
        Run(Buffer, Iova, 4096, 2);
        Assert.Equal(new byte[4096], Bytes(0, 4096));
        Engine.Dma.DmaFault fault = Assert.Single(_bench.Faults);
        Assert.Equal((ReasonCode.DmaNotMapped, true, "0000:00:10.0"), (fault.Reason.Code, fault.IsWrite, fault.Device.Name));
    }

    [Fact]
    public void A_reset_forgets_registers_and_buffer()
    {
        Fill(0, 4096);
        Run(Iova, Buffer, 4096, 0);
        _bench.WriteRegister(_edu, Raise, 1);
        Assert.True(_edu.Ioctl(_bench.Caller, VFIO_DEVICE_RESET, 0, out _, ref _bench.Why).Succeeded);
        Assert.Equal(0u, _bench.ReadRegister(_edu, InterruptStatus));
        Assert.Equal(0u, _bench.ReadRegister(_edu, Source, 8));
        _bench.Caller.Bytes.At(Memory + 0x1000, 4096).Fill(0xaa);
        Run(Buffer, Iova + 0x1000, 4096, 2);
        Assert.Equal(new byte[4096], Bytes(0x1000, 4096));
    }

    [Fact]
    public void After_a_reset_has_returned_no_more_bytes_arrive()
    {
        Span<byte> target = _bench.Caller.Bytes.At(Memory + 0x1000, 4096);
        for (int n = 0; n < 200; n++)
        {
            _bench.WriteRegister(_edu, Source, Buffer, 8);
            _bench.WriteRegister(_edu, Destination, Iova + 0x1000, 8);
            _bench.WriteRegister(_edu, Count, 4096, 8);
            _bench.WriteRegister(_edu, Command, 3);
            Assert.True(_edu.Ioctl(_bench.Caller, VFIO_DEVICE_RESET, 0, out _, ref _bench.Why).Succeeded);
            target.Fill(0x77);
            Assert.Equal(0u, _bench.ReadRegister(_edu, Command));
            Fill(0, 16);
            Run(Iova, Buffer, 16, 0);
            Assert.Equal(-1, target.IndexOfAnyExcept((byte)0x77));
        }
        Assert.Empty(_bench.Faults);
    }

    private CountingLine Listen()
    {
        var line = new CountingLine();
        Assert.Equal(ErrnoCode.None, _bench.Trigger(_edu, vfio_pci_irq_index.VFIO_PCI_MSI_IRQ_INDEX, line));
        return line;
    }

    private void Run(ulong source, ulong destination, ulong count, uint flags)
    {
        _bench.WriteRegister(_edu, Source, source, 8);
        _bench.WriteRegister(_edu, Destination, destination, 8);
        _bench.WriteRegister(_edu, Count, count, 8);
        _bench.WriteRegister(_edu, Command, flags | 1);
        _bench.WaitClear(_edu, Command, 1);
    }

    private byte[] Fill(ulong offset, int length)
    {
        Span<byte> bytes = _bench.Caller.Bytes.At(Memory + offset, length);
        for (int n = 0; n < length; n++)
            bytes[n] = (byte)(n * 7 + 1);
        return bytes.ToArray();
    }

    private byte[] Bytes(ulong offset, int length) => _bench.Caller.Bytes.At(Memory + offset, length).ToArray();
}
