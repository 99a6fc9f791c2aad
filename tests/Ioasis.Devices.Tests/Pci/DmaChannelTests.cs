using Ioasis.Devices.Pci;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Tests.Pci;

public sealed class DmaChannelTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SlowRig _rig = new();
    private readonly DeviceThread _thread = new("test");
    private readonly SlowMemory _memory;
    private readonly DmaChannel _channel;

    public DmaChannelTests()
    {
        _memory = _rig.Memory;
        _rig.Device.BusMaster = true;
        _channel = new DmaChannel(_rig.Device, _thread);
    }

    [Fact]
    public void Transfers_are_done_or_aborted()
    {
        _memory.Delivers.Set();
        byte[] bytes = [1, 2, 3, 4];
        Assert.Equal(DmaOutcome.Done, _channel.Read(_channel.Epoch, new Iova(0x100), bytes));
        Assert.Equal(new byte[4], bytes);
        Assert.Equal(DmaOutcome.Done, _channel.Write(_channel.Epoch, new Iova(0x100), bytes));
        Assert.Equal(DmaOutcome.Aborted, _channel.Read(_channel.Epoch, new Iova(0x10000), bytes));
        Assert.Equal([0xff, 0xff, 0xff, 0xff], bytes);
        Assert.Equal(DmaOutcome.Aborted, _channel.Write(_channel.Epoch, new Iova(0x10000), bytes));
    }

    [Fact]
    public void Work_begun_before_a_cancel_moves_nothing_after_it()
    {
        long before = _channel.Epoch;
        _channel.Cancel();
        Assert.Equal(DmaOutcome.Cancelled, _channel.Read(before, new Iova(0), new byte[4]));
        Assert.Equal(DmaOutcome.Cancelled, _channel.Write(before, new Iova(0), new byte[4]));
        Assert.False(_memory.Asked.IsSet);
        Assert.Equal(DmaOutcome.Done, _channel.Write(_channel.Epoch, new Iova(0), new byte[4]));
    }

    [Fact]
    public void What_moves_when_it_is_called_off_ends_by_itself()
    {
        long epoch = _channel.Epoch;
        DmaOutcome outcome = DmaOutcome.Cancelled;
        var transfer = new Thread(() => outcome = _channel.Read(epoch, new Iova(0), new byte[4096]));
        transfer.Start();
        Assert.True(_memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        _channel.Cancel();
        Assert.True(_channel.IsMoving);
        Assert.False(_channel.WaitUntilQuiet(TimeSpan.FromMilliseconds(1)));
        _memory.Delivers.Set();
        Assert.True(_channel.WaitUntilQuiet(Patience));
        Assert.True(transfer.Join(Patience));
        Assert.Equal(DmaOutcome.Done, outcome);
    }

    [Fact]
    public void What_is_left_behind_is_in_nobodys_way()
    {
        long epoch = _channel.Epoch;
        DmaOutcome first = DmaOutcome.Done, second = DmaOutcome.Done;
        var transfer = new Thread(() =>
        {
            first = _channel.Read(epoch, new Iova(0), new byte[2 << 20]);
            second = _channel.Write(epoch, new Iova(0), new byte[4]);
        });
        transfer.Start();
        Assert.True(_memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        _channel.Abandon();
        Assert.False(_channel.IsMoving);
        Assert.Equal(DmaOutcome.Done, _channel.Write(_channel.Epoch, new Iova(0), new byte[4]));
        Assert.Equal(4ul, _rig.Device.Traffic.Written);

        // An unmap does not wait for it either.
        _rig.UnmapAll();
        _memory.Delivers.Set();
        Assert.True(transfer.Join(Patience));
        Assert.Equal((DmaOutcome.Cancelled, DmaOutcome.Cancelled), (first, second));
    }

    public void Dispose()
    {
        _memory.Delivers.Set();
        _thread.Dispose();
    }
}
