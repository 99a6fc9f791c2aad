using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Spaces;

public sealed class LifetimeTests
{
    [Fact]
    public void EverythingCanBeDisposedTwiceAndIsGoneAfterwards()
    {
        using EmbeddedSystem system = new("dmatest");
        Iommu iommu = Iommu.Open(system.Transport);
        VfioDevice device = iommu.OpenDevice("00:10.0");
        device.Bind(iommu);
        AddressSpace space = iommu.AllocateAddressSpace();
        DmaBuffer buffer = iommu.AllocateBuffer(4096);
        Mapping mapping = space.Map(buffer);
        for (int i = 0; i < 2; i++)
        {
            mapping.Dispose();
            buffer.Dispose();
            space.Dispose();
            device.Dispose();
            iommu.Dispose();
        }

        Assert.Throws<ObjectDisposedException>(mapping.Unmap);
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => space.UnmapAll());
        Assert.Throws<ObjectDisposedException>(space.Destroy);
        Assert.Throws<ObjectDisposedException>(() => device.GetInfo());
        Assert.Throws<ObjectDisposedException>(() => iommu.AllocateAddressSpace());
        Assert.Equal((0, 0, 0u), (system.OpenFiles, system.Machine.System.OpenContexts, (uint)system.PinnedPages));
    }

    [Fact]
    public void AnyOrderOfDisposingLeavesNothingOpen()
    {
        IDisposable[] Make(EmbeddedSystem system)
        {
            Iommu iommu = Iommu.Open(system.Transport);
            VfioDevice device = iommu.OpenDevice("00:10.0");
            device.Bind(iommu);
            AddressSpace space = iommu.AllocateAddressSpace();
            PageTable table = space.AllocatePageTable(device);
            device.Attach(table);
            DmaBuffer buffer = iommu.AllocateBuffer(4096);
            return [iommu, device, space, table, buffer, space.Map(buffer), device.EnableMsix(4)];
        }

        using EmbeddedSystem system = new("dmatest");
        Random random = new(1);
        for (int round = 0; round < 50; round++)
        {
            IDisposable[] all = Make(system);
            random.Shuffle(all);
            foreach (IDisposable one in all)
                one.Dispose();
            Assert.Equal((0, 0, 0u), (system.OpenFiles, system.Machine.System.OpenContexts, (uint)system.PinnedPages));
        }
    }

    [Fact]
    public void AnAddressSpaceInUseCannotBeDestroyedAndStaysUsable()
    {
        using Rig rig = new();
        IommuException refused = Assert.Throws<IommuException>(rig.Space.Destroy);
        Assert.Equal(("IOMMU_DESTROY", "EBUSY"), (refused.Call, refused.ErrnoName));
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        using Mapping mapping = rig.Space.Map(buffer);
        Assert.True(rig.Fetch(mapping.Iova));
        rig.Device.Detach();
        rig.Space.Destroy();
    }

    [Fact]
    public void ADisposedObjectNeverTouchesTheOneThatHasItsNumberNow()
    {
        using EmbeddedSystem system = new("dmatest");
        using Iommu iommu = Iommu.Open(system.Transport);
        AddressSpace first = iommu.AllocateAddressSpace();
        first.Dispose();
        using AddressSpace second = iommu.AllocateAddressSpace();
        Assert.Equal(first.Id, second.Id);
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.MapUnowned(0x1000, 4096));
        Assert.Equal(0u, second.UnmapAll());
    }

    [Fact]
    public void CallsRaceWithCloseWithoutHarm()
    {
        using EmbeddedSystem system = new("dmatest");
        for (int round = 0; round < 200; round++)
        {
            Iommu iommu = Iommu.Open(system.Transport);
            AddressSpace space = iommu.AllocateAddressSpace();
            using DmaBuffer buffer = iommu.AllocateBuffer(4096);
            using Barrier start = new(2);
            Thread other = new(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                try
                {
                    for (int i = 0; i < 100; i++)
                        space.Map(buffer).Dispose();
                }
                catch (ObjectDisposedException)
                {
                    // As it should be.
                }
            });
            other.Start();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            iommu.Dispose();
            other.Join();
            Assert.Equal((0, 0), (system.OpenFiles, system.Machine.System.OpenContexts));
        }
    }

    [Fact]
    public void ManyThreadsMapInOneAddressSpace()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 200; i++)
                failure ??= Record.Exception(() => rig.Space.Map(buffer).Unmap());
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Null(failure);
        Assert.Equal(0u, rig.Space.UnmapAll());
        Assert.Equal(0u, rig.System.PinnedPages);
    }
}
