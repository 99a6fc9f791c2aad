using System.Runtime.InteropServices;
using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Devices.Models;
using MyDevice;

namespace Ioasis.Embedded.Tests.Examples;

/// <summary>The device of docs/write-a-device.md does what the page says.</summary>
public sealed class SummerTests : IDisposable
{
    private const ulong Address = 0x00, Count = 0x08, Sum = 0x0c, Status = 0x10;
    private const ulong Iova = 0x10000;

    private readonly EmbeddedSystem _system;
    private readonly Iommu _iommu;
    private readonly VfioDevice _device;
    private readonly AddressSpace _space;
    private readonly InterruptSet _interrupts;
    private readonly DmaBuffer _buffer;

    public SummerTests()
    {
        DeviceModels.Add(Summer.Model);
        _system = new EmbeddedSystem("summer");
        _iommu = Iommu.Open(_system.Transport);
        _device = _iommu.OpenDevice("0000:00:10.0");
        _device.Bind(_iommu);
        _space = _iommu.AllocateAddressSpace();
        _device.Attach(_space);
        _device.BusMaster = true;
        _interrupts = _device.EnableMsix(1);
        _buffer = _iommu.AllocateBuffer(4096);
        MemoryMarshal.Cast<byte, uint>(_buffer.Span)[..4].Fill(0x40000001);
    }

    [Fact]
    public void It_adds_up_words_and_interrupts()
    {
        using Mapping mapping = _space.Map(_buffer, iova: Iova);
        Assert.Equal((0xc0000003, 0u), Run(Iova, 3));
        Assert.Equal((4u, 0u), Run(Iova, 1000)); // modulo 2^32; the rest of the page is zero
    }

    [Fact]
    public void What_is_not_mapped_is_told()
    {
        Assert.Equal(2u, Run(Iova, 4).Status);
        Assert.Contains("IOVA 0x10000 is not mapped", _system.RecentAborts[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_clears_its_registers()
    {
        DeviceRegion registers = _device.Region(0);
        registers.Write(Address, 0x1234ul);
        _device.Reset();
        Assert.Equal(0ul, registers.Read<ulong>(Address));
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _interrupts.Dispose();
        _space.Dispose();
        _device.Dispose();
        _iommu.Dispose();
        _system.Dispose();
    }

    private (uint Sum, uint Status) Run(ulong iova, uint words)
    {
        DeviceRegion registers = _device.Region(0);
        registers.Write(Address, iova);
        registers.Write(Count, words);
        Assert.True(_interrupts[0].TryWait(TimeSpan.FromSeconds(30), out _));
        return (registers.Read<uint>(Sum), registers.Read<uint>(Status));
    }
}
