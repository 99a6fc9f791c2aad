using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>The smallest DMA device behind the whole way: file, engine, the caller's memory.</summary>
public sealed class DmaTestTests : IDisposable
{
    private const ulong Address = 0, Command = 8, Status = 12, Vector = 16;
    private const uint Run = 1, FromMemory = 2, RaiseWhenMoved = 4;
    private const ulong Memory = VfioBench.Data + 0x1000, Iova = 0x12_0000_0000;

    private readonly VfioBench _bench = new();
    private readonly DeviceFile _device;
    private readonly uint _space;

    public DmaTestTests()
    {
        _device = _bench.DmaTest;
        _space = _bench.Prepare(_device);
        _bench.Map(_space, Memory, Iova, 0x2000, writable: true);
        _bench.Map(_space, Memory, Iova + 0x10000, 0x1000, writable: false);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_page_goes_through_the_device_in_a_copy_of_its_own()
    {
        Span<byte> bytes = _bench.Caller.Bytes.At(Memory, 0x2000);
        for (int n = 0; n < 4096; n++)
            bytes[n] = (byte)(n * 11 + 3);
        byte[] page = bytes[..4096].ToArray();
        Move(Iova, FromMemory);
        bytes[..4096].Clear();
        Move(Iova + 0x1000, 0);
        Assert.Equal(page, _bench.Caller.Bytes.At(Memory + 0x1000, 4096).ToArray());
        Assert.Equal(0u, _bench.ReadRegister(_device, Status));
        Assert.Empty(_bench.Faults);
    }

    [Theory]
    [InlineData(Iova + 0x20000, FromMemory, ReasonCode.DmaNotMapped)]
    [InlineData(Iova + 0x1001, 0u, ReasonCode.DmaNotMapped)]
    [InlineData(Iova + 0x10000, 0u, ReasonCode.DmaNotPermitted)]
    [InlineData(ulong.MaxValue - 100, FromMemory, ReasonCode.DmaAddressWraps)]
    public void An_aborted_transfer_is_told_by_the_status_and_by_the_fault(ulong address, uint direction, ReasonCode reason)
    {
        Move(address, direction);
        Assert.Equal(1u, _bench.ReadRegister(_device, Status));
        Assert.Equal(reason, Assert.Single(_bench.Faults).Reason.Code);
        Move(Iova, FromMemory);
        Assert.Equal(0u, _bench.ReadRegister(_device, Status));
    }

    [Fact]
    public void The_address_is_written_whole_or_in_halves()
    {
        _bench.WriteRegister(_device, Address, 0x1122334455667788, 8);
        Assert.Equal(0x1122334455667788u, _bench.ReadRegister(_device, Address, 8));
        _bench.WriteRegister(_device, Address, 0xaabbccdd);
        _bench.WriteRegister(_device, Address + 4, 0xeeff0011);
        Assert.Equal(0xeeff0011aabbccddu, _bench.ReadRegister(_device, Address, 8));
        Assert.Equal((0xaabbccddul, 0xeeff0011ul), (_bench.ReadRegister(_device, Address), _bench.ReadRegister(_device, Address + 4)));
    }

    [Fact]
    public void Completion_sends_the_chosen_vector_and_only_when_asked_to()
    {
        CountingLine[] lines = [new(), new(), new(), new()];
        Assert.Equal(ErrnoCode.None, _bench.Trigger(_device, vfio_pci_irq_index.VFIO_PCI_MSIX_IRQ_INDEX, lines));
        Move(Iova, FromMemory);
        _bench.WriteRegister(_device, Vector, 2);
        Move(Iova, FromMemory | RaiseWhenMoved);
        VfioBench.WaitSignals(lines[2], 1);
        _bench.WriteRegister(_device, Vector, 9);
        Move(Iova, RaiseWhenMoved);
        Assert.Equal([0, 0, 1, 0], lines.Select(line => line.Signals));
    }

    [Theory]
    [InlineData(0x14, 4, 0xfffffffful)]
    [InlineData(0x08, 8, ulong.MaxValue)]
    [InlineData(0x08, 1, 0xfful)]
    [InlineData(0xffc, 4, 0xfffffffful)]
    public void What_is_not_there_reads_as_ones(ulong at, int size, ulong value) =>
        Assert.Equal(value, _bench.ReadRegister(_device, at, size));

    [Fact]
    public void A_reset_forgets_registers_and_buffer()
    {
        _bench.Caller.Bytes.At(Memory, 0x2000).Fill(0x5a);
        Move(Iova, FromMemory);
        _bench.WriteRegister(_device, Vector, 1);
        Assert.True(_device.Ioctl(_bench.Caller, VFIO_DEVICE_RESET, 0, out _, ref _bench.Why).Succeeded);
        Assert.Equal(0u, _bench.ReadRegister(_device, Address, 8));
        Assert.Equal(0u, _bench.ReadRegister(_device, Vector));
        Move(Iova + 0x1000, 0);
        Assert.Equal(new byte[4096], _bench.Caller.Bytes.At(Memory + 0x1000, 4096).ToArray());
    }

    private void Move(ulong address, uint command)
    {
        _bench.WriteRegister(_device, Address, address, 8);
        _bench.WriteRegister(_device, Command, command | Run);
        _bench.WaitClear(_device, Command, Run);
    }
}
