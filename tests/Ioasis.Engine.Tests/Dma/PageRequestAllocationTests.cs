using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Dma;

public sealed class PageRequestAllocationTests
{
    [Fact]
    public void APageFaultAllocatesNothingInSteadyState()
    {
        Lab lab = new();
        FakeMemory memory = new(16);
        PhysicalDevice device = new("0000:01:00.0", new RequesterId(1, 0, 0), lab.Group(new MockIommu("mock0")), []) { PageRequests = true, BusMaster = true };
        DmaPort port = device.OpenPort();
        BoundDevice bound = lab.Bind(device);
        Ioas space = lab.Space();
        FaultQueue queue = lab.Context.AllocateFaultQueue();
        lab.Context.Publish(queue);
        lab.Succeed(lab.Context.AllocateTable(
            bound.Id, space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_FAULT_ID_VALID, queue.Id, default, out PageTable? table, ref lab.Why));
        lab.Context.Publish(table!);
        lab.Attach(bound, table!);

        const int Faults = 200;
        using CancellationTokenSource stop = new();
        Thread user = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (!queue.IsReadable || !queue.TryTake(1, out PageRequestGroup? group, out _))
                    continue;
                queue.Done(group!);
                lab.Map(space, memory, 0, FakeMemory.Page, MockFormat.ApertureFirst);
                queue.Answer(group!.Cookie, PageResponse.Success);
            }
        });
        user.Start();
        byte[] bytes = new byte[8];
        long allocated = 0;
        for (int i = 0; i < 2 * Faults; i++)
        {
            if (i == Faults)
                allocated = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(port.Read(new Iova(MockFormat.ApertureFirst), bytes));
            Assert.True(lab.Context.Unmap(space.Id, new Iova(MockFormat.ApertureFirst), FakeMemory.Page, out _, ref lab.Why).Succeeded);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        stop.Cancel();
        user.Join();
        Assert.Equal(0, allocated);
    }
}
