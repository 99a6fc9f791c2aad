using Ioasis.Devices.Tests.Pci;
using Ioasis.Devices.Work;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;

namespace Ioasis.Devices.Tests.Work;

public sealed class DeviceWorkTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SlowRig _rig = new();
    private readonly SlowMemory _memory;
    private readonly DeviceWorker _worker;

    public DeviceWorkTests()
    {
        _memory = _rig.Memory;
        _rig.Device.BusMaster = true;
        _worker = new DeviceWorker(_rig.Device, "test");
    }

    [Fact]
    public void Transfers_are_done_or_aborted()
    {
        _memory.Delivers.Set();
        byte[] bytes = [1, 2, 3, 4];
        Assert.Equal(DmaOutcome.Done, Current.Read(new Iova(0x100), bytes));
        Assert.Equal(new byte[4], bytes);
        Assert.Equal(DmaOutcome.Done, Current.Write(new Iova(0x100), bytes));
        Assert.Equal(DmaOutcome.Aborted, Current.Read(new Iova(0x10000), bytes));
        Assert.Equal([0xff, 0xff, 0xff, 0xff], bytes);
        Assert.Equal(DmaOutcome.Aborted, Current.Write(new Iova(0x10000), bytes));
    }

    [Fact]
    public void Work_begun_before_a_cancel_moves_nothing_after_it()
    {
        DeviceWork before = Current;
        _worker.Cancel();
        Assert.Equal(DmaOutcome.Cancelled, before.Read(new Iova(0), new byte[4]));
        Assert.Equal(DmaOutcome.Cancelled, before.Write(new Iova(0), new byte[4]));
        Assert.False(_memory.Asked.IsSet);
        Assert.Equal(DmaOutcome.Done, Current.Write(new Iova(0), new byte[4]));
    }

    [Fact]
    public void What_moves_when_it_is_called_off_ends_by_itself()
    {
        DeviceWork work = Current;
        DmaOutcome outcome = DmaOutcome.Cancelled;
        var transfer = new Thread(() => outcome = work.Read(new Iova(0), new byte[4096]));
        transfer.Start();
        Assert.True(_memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        _worker.Cancel();
        Assert.True(_worker.IsMoving);
        Assert.False(_worker.WaitUntilQuiet(TimeSpan.FromMilliseconds(1)));
        _memory.Delivers.Set();
        Assert.True(_worker.WaitUntilQuiet(Patience));
        Assert.True(transfer.Join(Patience));
        Assert.Equal(DmaOutcome.Done, outcome);
    }

    [Fact]
    public void What_is_left_behind_is_in_nobodys_way()
    {
        DeviceWork work = Current;
        DmaOutcome first = DmaOutcome.Done, second = DmaOutcome.Done;
        var transfer = new Thread(() =>
        {
            first = work.Read(new Iova(0), new byte[2 << 20]);
            second = work.Write(new Iova(0), new byte[4]);
        });
        transfer.Start();
        Assert.True(_memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        _worker.LeaveBehind();
        Assert.False(_worker.IsMoving);
        Assert.Equal(DmaOutcome.Done, Current.Write(new Iova(0), new byte[4]));
        Assert.Equal(4ul, _rig.Device.Traffic.Written);

        // An unmap does not wait for it either.
        _rig.UnmapAll();
        _memory.Delivers.Set();
        Assert.True(transfer.Join(Patience));
        Assert.Equal((DmaOutcome.Cancelled, DmaOutcome.Cancelled), (first, second));
    }

    [Fact]
    public void Lists_go_the_same_way()
    {
        _memory.Delivers.Set();
        DmaSegment[] list = [new(new Iova(0x100), 2), new(new Iova(0x800), 2)];
        byte[] bytes = [1, 2, 3, 4];
        Assert.Equal(DmaOutcome.Done, Current.Scatter(list, bytes));
        Assert.Equal(DmaOutcome.Done, Current.Gather(list, bytes));
        DeviceWork before = Current;
        Assert.Equal(DmaOutcome.Aborted, before.Scatter([new(new Iova(0x10000), 4)], bytes));
        _worker.Cancel();
        Assert.Equal((DmaOutcome.Cancelled, DmaOutcome.Cancelled), (before.Gather(list, bytes), before.Scatter(list, bytes)));
    }

    public void Dispose()
    {
        _memory.Delivers.Set();
        _worker.Dispose();
    }

    /// <summary>Work that begins now; the test's thread does it.</summary>
    private DeviceWork Current => _worker.Begin();
}
