using System.Collections.Concurrent;
using System.Text;
using Ioasis.Abi;
using Ioasis.Devices.Drivers;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Engine.Reasons.ErrnoCode;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>A device that a client uses is wanted back, by its driver or because it was pulled out.</summary>
public sealed class RemovalTests : IDisposable
{
    private const string Edu = "0000:00:10.0", Path = "/dev/vfio/devices/vfio0";

    private readonly VfioBench _bench = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly CountingLine _request = new();

    public RemovalTests() => _bench.Machine.Notice = _lines.Enqueue;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Unbinding_asks_the_client_and_waits_until_it_has_closed()
    {
        _bench.Prepare(_bench.Edu);
        SetUpRequests();
        Task waits = Write("drivers/vfio-pci/unbind", Edu)!;
        Assert.False(waits.IsCompleted);
        Assert.Equal(1, _request.Signals);
        Assert.Contains("its client is asked to close it (#0)", Assert.Single(_lines), StringComparison.Ordinal);
        Assert.False(_bench.Nodes.TryFind(Path, out _));
        Assert.Null(_bench.Machine.Tree.Find(Path));
        Assert.NotNull(_bench.Machine.Tree.Find("/dev/vfio/0"));
        Assert.Equal(PciDriver.VfioName, _bench.Machine.Bus.DriverOf(_bench.Machine.Functions[0]));

        // The client may go on with what it has.
        Assert.Equal(0x1234ul, _bench.ReadConfig(_bench.Edu, 0, 2));
        _bench.Edu.Release();
        Assert.True(waits.IsCompleted);
        Assert.Null(_bench.Machine.Bus.DriverOf(_bench.Machine.Functions[0]));
        Assert.False(_bench.Nodes.TryFind("/dev/vfio/0", out _));
        Assert.Null(_bench.Machine.Tree.Find("/dev/vfio/0"));
        Assert.Null(Write("drivers/vfio-pci/bind", Edu));
        VfioBenchOpen();
    }

    [Fact]
    public void Without_a_request_line_it_is_said_once_that_all_wait()
    {
        _bench.Bind(_bench.Edu);
        Task first = Write("drivers/vfio-pci/unbind", Edu)!, second = Write("drivers/vfio-pci/unbind", Edu)!;
        Assert.Contains("no REQ interrupt", Assert.Single(_lines), StringComparison.Ordinal);
        Assert.False(first.IsCompleted || second.IsCompleted);
        _bench.Edu.Release();
        Assert.True(first.IsCompleted && second.IsCompleted);
    }

    [Fact]
    public void A_file_that_is_open_and_not_bound_keeps_the_device_too()
    {
        Task waits = Write("drivers/vfio-pci/unbind", Edu)!;
        Assert.False(waits.IsCompleted);
        Assert.Equal(None, _bench.TryBind(_bench.Edu, VfioBench.IommufdDescriptor, out _));
        _bench.Edu.Release();
        Assert.True(waits.IsCompleted);
    }

    [Fact]
    public void A_device_that_was_pulled_out_reads_ones_and_does_nothing()
    {
        _bench.Prepare(_bench.Edu);
        SetUpRequests();
        _bench.Machine.Bus.TakeOut(_bench.Machine.Functions[0]);
        Assert.Equal(1, _request.Signals);
        Assert.Equal(0xfffffffful, _bench.ReadConfig(_bench.Edu, 0, 4));
        Assert.Equal(0xfffffffful, _bench.ReadRegister(_bench.Edu, 0));
        Assert.Equal(ENOTTY, _bench.Edu.Ioctl(_bench.Caller, VFIO_DEVICE_RESET, 0, out _, ref _bench.Why).Code);
        Assert.False(_bench.Machine.Functions[0].Physical.BusMaster);
        _bench.Edu.Release();
        Assert.DoesNotContain(_bench.Machine.Tree.Entries, entry => entry.Path.Contains(Edu, StringComparison.Ordinal));

        _bench.Machine.Bus.Rescan();
        DeviceFile again = VfioBenchOpen();
        Assert.Equal(None, _bench.TryBind(again, VfioBench.IommufdDescriptor, out _));
        Assert.Equal(0x010000edul, _bench.ReadRegister(again, 0));
    }

    [Fact]
    public void A_device_that_was_pulled_out_cannot_be_bound()
    {
        _bench.Machine.Bus.TakeOut(_bench.Machine.Functions[0]);
        Assert.Equal(ENODEV, _bench.TryBind(_bench.Edu, VfioBench.IommufdDescriptor, out _));
        Assert.Equal(ReasonCode.DeviceRemoved, _bench.Why.Code);
        _bench.Edu.Release();
    }

    private DeviceFile VfioBenchOpen() => _bench.Open(Path);

    private void SetUpRequests() =>
        Assert.Equal(None, _bench.Trigger(_bench.Edu, vfio_pci_irq_index.VFIO_PCI_REQ_IRQ_INDEX, _request));

    private Task? Write(string file, string text)
    {
        Task? pending = null;
        var attribute = Assert.IsType<AttributeEntry>(_bench.Machine.Tree.Find($"/sys/bus/pci/{file}"));
        Assert.Equal(None, attribute.Store!(Encoding.ASCII.GetBytes(text), ref _bench.Why, ref pending).Code);
        return pending;
    }
}
