using Ioasis.Devices.Pci;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Devices.Tests.Pci;

public sealed class DmaChannelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SlowMemory _memory = new();
    private readonly PhysicalDevice _device = TestPhysical.Create();
    private readonly DmaChannel _channel;

    public DmaChannelTests()
    {
        Reason why = default;
        var context = new IommuContext(_device.Group.System);
        Assert.True(context.Bind(_device, out BoundDevice? bound, ref why).Succeeded);
        Ioas space = context.AllocateSpace();
        context.Publish(space);
        Assert.True(context.Map(
            space.Id, _memory, new HostAddress(0x10000), 0x10000, new Iova(0), AreaAccess.ReadWrite, true, out _, ref why).Succeeded);
        ObjectId table = space.Id;
        Assert.True(bound!.AttachOrReplace(Pasid.None, ref table, ref why).Succeeded, why.ToString());
        _device.BusMaster = true;
        _channel = new DmaChannel(_device.OpenPort()) { Patience = Timeout.InfiniteTimeSpan };
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
    public void A_cancel_waits_for_the_transfer_in_flight()
    {
        long epoch = _channel.Epoch;
        DmaOutcome outcome = DmaOutcome.Cancelled;
        var transfer = new Thread(() => outcome = _channel.Read(epoch, new Iova(0), new byte[4096]));
        var cancel = new Thread(_channel.Cancel);
        transfer.Start();
        Assert.True(_memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        cancel.Start();
        Assert.True(SpinWait.SpinUntil(() => _channel.Epoch != epoch, Patience));
        Assert.False(cancel.Join(20));
        _memory.Delivers.Set();
        Assert.True(cancel.Join(Patience));
        Assert.True(transfer.Join(Patience));
        Assert.Equal(DmaOutcome.Done, outcome);
    }

    [Fact]
    public void A_cancel_does_not_wait_forever_for_memory_that_is_not_delivered()
    {
        var impatient = new DmaChannel(_device.OpenPort()) { Patience = TimeSpan.FromMilliseconds(1) };
        long epoch = impatient.Epoch;
        var transfer = new Thread(() => impatient.Read(epoch, new Iova(0), new byte[4096]));
        transfer.Start();
        Assert.True(_memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        impatient.Cancel();
        Assert.True(transfer.IsAlive);
        _memory.Delivers.Set();
        Assert.True(transfer.Join(Patience));
    }
}
