using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Dma;

/// <summary>A DMA that finds no page asks for it, waits, and goes on or aborts; and DMA with PASIDs.</summary>
public sealed class PageRequestTests
{
    private const ulong Page = FakeMemory.Page;
    private const ulong Iova0 = MockFormat.ApertureFirst;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(16);
    private readonly PhysicalDevice _device;
    private readonly DmaPort _port;
    private readonly BoundDevice _bound;
    private readonly Ioas _space;
    private readonly FaultQueue _queue;
    private readonly PageTable _table;

    public PageRequestTests()
    {
        MockIommu mock = new("mock0");
        _device = new PhysicalDevice("0000:01:00.0", new RequesterId(1, 0, 0), _lab.Group(mock), [])
        {
            PageRequests = true, PasidBits = 20, BusMaster = true,
        };
        _port = _device.OpenPort();
        _bound = _lab.Bind(_device);
        _space = _lab.Space();
        _queue = _lab.Context.AllocateFaultQueue();
        _lab.Context.Publish(_queue);
        _table = Table(_space, iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID | iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID);
        _lab.Attach(_bound, _table);
    }

    [Fact]
    public async Task AfterSuccessTheDmaGoesOnWhereItWas()
    {
        _lab.Map(_space, _memory, 0, Page, Iova0);
        byte[] read = new byte[2 * Page];
        new Random(1).NextBytes(_memory.At(0, 2 * (int)Page));
        Task<bool> dma = Task.Run(() => _port.Read(new Iova(Iova0), read));
        PageRequestGroup group = Next();
        Assert.Equal((Iova0 + Page, true, iommu_hwpt_pgfault_perm.IOMMU_PGFAULT_PERM_READ), (group.Requests[0].Address, group.Requests[0].IsLast, group.Requests[0].Access));
        Assert.False(dma.IsCompleted);
        _lab.Map(_space, _memory, Page, Page, Iova0 + Page);
        Assert.True(_queue.Answer(group.Cookie, PageResponse.Success));
        Assert.True(await dma);
        Assert.Equal(_memory.At(0, 2 * (int)Page).ToArray(), read);
        Assert.Equal(0ul, _device.Faults.Total);
    }

    [Fact]
    public async Task AWriteToAReadOnlyPageAsksForIt()
    {
        _lab.Map(_space, _memory, 0, Page, Iova0, AreaAccess.Read);
        Task<bool> dma = Task.Run(() => _port.Write(new Iova(Iova0 + 8), new byte[8]));
        PageRequestGroup group = Next();
        Assert.Equal(iommu_hwpt_pgfault_perm.IOMMU_PGFAULT_PERM_WRITE, group.Requests[0].Access);
        Assert.True(_queue.Answer(group.Cookie, PageResponse.Invalid));
        Assert.False(await dma);
        Assert.Equal(ReasonCode.DmaPageRefused, _device.Faults.Recent()[0].Reason.Code);
    }

    [Theory]
    [InlineData("detach")]
    [InlineData("replace")]
    [InlineData("unbind")]
    public async Task WhenTheAttachmentEndsTheWaitEnds(string how)
    {
        Task<bool> dma = Task.Run(() => _port.Read(new Iova(Iova0), new byte[8]));
        SpinWait.SpinUntil(() => _queue.IsReadable);
        switch (how)
        {
            case "detach":
                _bound.Detach(Pasid.None);
                break;
            case "replace":
                _lab.Attach(_bound, _lab.Space());
                break;
            default:
                _bound.Unbind();
                break;
        }

        Assert.False(await dma);
        Assert.False(_queue.IsReadable);
    }

    [Fact]
    public async Task CalledOffWhileItWaitsTheDmaMovesNothingMore()
    {
        _lab.Map(_space, _memory, 0, Page, Iova0);
        byte[] bytes = new byte[2 * Page];
        bytes.AsSpan().Fill(0x5a);
        Task<bool> dma = Task.Run(() => _port.Write(new Iova(Iova0), bytes));
        PageRequestGroup group = Next();
        _port.Cancel();
        Assert.False(await dma.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        // The answer that comes too late is one like any other, and does nothing.
        _lab.Map(_space, _memory, Page, Page, Iova0 + Page);
        Assert.True(_queue.Answer(group.Cookie, PageResponse.Success));
        Assert.Equal(0x5a, _memory.At(0, 1)[0]);
        Assert.Equal(-1, _memory.At(Page, (int)Page).IndexOfAnyExcept((byte)0));
        Assert.Equal(0ul, _device.Faults.Total);
        Assert.True(_port.Write(new Iova(Iova0), bytes));
    }

    [Fact]
    public async Task RequestsThatNobodyHasReadVanishWithTheirDma()
    {
        Task<bool> dma = Task.Run(() => _port.Read(new Iova(Iova0), new byte[8]));
        Assert.True(SpinWait.SpinUntil(() => _queue.IsReadable, TimeSpan.FromSeconds(30)));
        _device.CancelDma();
        Assert.False(await dma.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.False(_queue.IsReadable);
        _lab.Map(_space, _memory, 0, Page, Iova0);
        Assert.True(_port.Read(new Iova(Iova0), new byte[8]));
    }

    [Fact]
    public void ADmaOfAnEarlierEpochMovesNothing()
    {
        _lab.Map(_space, _memory, 0, Page, Iova0);
        long epoch = _port.Epoch;
        _port.Cancel();
        Assert.False(_port.Write(epoch, Pasid.None, new Iova(Iova0), new byte[] { 1 }));
        Assert.True(_port.Write(_port.Epoch, Pasid.None, new Iova(Iova0), new byte[] { 2 }));
        Assert.False(_port.Read(epoch, Pasid.None, new Iova(Iova0), new byte[1]));
        Assert.Equal(2, _memory.At(0, 1)[0]);
    }

    [Fact]
    public void WithoutAQueueTheDmaAborts()
    {
        _lab.Attach(_bound, _space);
        Assert.False(_port.Read(new Iova(Iova0), new byte[8]));
        Assert.Equal(ReasonCode.DmaNotMapped, _device.Faults.Recent()[0].Reason.Code);
    }

    [Fact]
    public void RequestsOfAGroupWaitForTheLastOne()
    {
        Assert.True(_device.TryRequest(new PageRequest(default, 5, 0, 0x1000, IsLast: false), out PageRequestGroup? group));
        Assert.True(_device.TryRequest(new PageRequest(default, 6, 0, 0x9000, IsLast: true), out _));
        Assert.True(_device.TryRequest(new PageRequest(default, 5, 0, 0x2000, IsLast: false), out group));
        Assert.Null(group);
        Assert.True(_device.TryRequest(new PageRequest(default, 5, 0, 0x3000, IsLast: true), out group));
        Assert.Equal([0x1000ul, 0x2000ul, 0x3000ul], group!.Requests.ToArray().Select(one => one.Address));
        Assert.True(_queue.TryTake(1, out PageRequestGroup? first, out int needed));
        Assert.Equal((6u, 1), (first!.Requests[0].GroupId, needed));
        Assert.False(_queue.TryTake(2, out _, out needed));
        Assert.Equal(3, needed);
    }

    [Fact]
    public void EachPasidHasItsOwnAddressSpace()
    {
        Ioas other = _lab.Space();
        PageTable table = Table(other, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID);
        _lab.Map(_space, _memory, 0, Page, Iova0);
        _lab.Map(other, _memory, Page, Page, Iova0);
        ObjectId id = table.Id;
        _lab.Succeed(_bound.Attach(new Pasid(77), ref id, ref _lab.Why));

        Assert.True(_port.Write(new Iova(Iova0), [1]));
        Assert.True(_port.Write(new Pasid(77), new Iova(Iova0), [2]));
        Assert.Equal((1, 2), (_memory.At(0, 1)[0], _memory.At(Page, 1)[0]));
        Assert.False(_port.Write(new Pasid(78), new Iova(Iova0), [3]));
        Assert.Equal((ReasonCode.DmaNotAttached, 78u), (_device.Faults.Recent()[0].Reason.Code, _device.Faults.Recent()[0].Pasid.Value));
        _bound.Detach(new Pasid(77));
        Assert.False(_port.Write(new Pasid(77), new Iova(Iova0), [3]));
        Assert.True(_port.Write(new Iova(Iova0), [4]));
    }

    private PageTable Table(Ioas space, iommufd_hwpt_alloc_flags flags)
    {
        _lab.Succeed(_lab.Context.AllocateTable(_bound.Id, space.Id, flags, _queue.Id, default, out PageTable? table, ref _lab.Why));
        _lab.Context.Publish(table!);
        return table!;
    }

    /// <summary>Waits for a page request, and reads it.</summary>
    private PageRequestGroup Next()
    {
        SpinWait.SpinUntil(() => _queue.IsReadable);
        Assert.True(_queue.TryTake(1, out PageRequestGroup? group, out _));
        _queue.Done(group!);
        return group!;
    }
}
