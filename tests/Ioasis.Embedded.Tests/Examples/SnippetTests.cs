using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Examples;

/// <summary>What docs/client.md shows beside the example programs, between markers; <see cref="DocumentTests"/> compares.</summary>
public sealed class SnippetTests
{
    [Fact]
    public void AFailedCallSaysWhatWasAskedAndWhyNot()
    {
        using Rig rig = new();
        AddressSpace space = rig.Space;
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(8192);
        using StringWriter console = new();

        // [exception]
        using Mapping first = space.Map(buffer, DmaAccess.ReadWrite, iova: 0x10000);
        try
        {
            space.Map(buffer, DmaAccess.Read, iova: 0x11000);
        }
        catch (IommuException refused) when (refused.ErrnoName == "EEXIST")
        {
            console.WriteLine(refused.Call);   // IOMMU_IOAS_MAP
            console.WriteLine(refused.Reason); // IOVA 0x11000-0x12fff meets the mapping 0x10000-0x11fff
        }
        // [/exception]

        Assert.Equal("IOMMU_IOAS_MAP\nIOVA 0x11000-0x12fff meets the mapping 0x10000-0x11fff\n", console.ToString());
    }

    [Fact]
    public void TwoAddressSpacesShareMemoryAndADeviceChangesOver()
    {
        using Rig rig = new();
        (Iommu iommu, VfioDevice device, AddressSpace space) = (rig.Iommu, rig.Device, rig.Space);
        using DmaBuffer buffer = iommu.AllocateBuffer(4096);
        using Mapping mapping = space.Map(buffer);

        // [spaces]
        using AddressSpace readOnly = iommu.AllocateAddressSpace();
        using Mapping shared = readOnly.CopyFrom(mapping, DmaAccess.Read);
        using PageTable table = readOnly.AllocatePageTable(device);
        device.Attach(table); // from one to the other, without a moment in between
        // [/spaces]

        Assert.True(rig.Fetch(shared.Iova));
        Assert.False(rig.Store(shared.Iova));
        device.Detach();
    }

    [Fact]
    public async Task InterruptsAreWaitedForWithATimeoutOrWithoutAThread()
    {
        using EmbeddedSystem system = new("edu");
        using Iommu iommu = Iommu.Open(system.Transport);
        using VfioDevice device = iommu.OpenDevice("00:10.0");
        device.Bind(iommu);
        device.BusMaster = true;
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        // [interrupts]
        using InterruptSet interrupts = device.EnableMsi();
        device.Region(0).Write(0x60, 1u); // edu: raise an interrupt
        if (interrupts[0].TryWait(TimeSpan.FromSeconds(10), out ulong count))
            Assert.Equal(1u, count);

        Task<ulong> next = interrupts[0].WaitAsync(cancellation);
        device.Region(0).Write(0x60, 2u);
        Assert.Equal(1u, await next);
        // [/interrupts]
    }

    [Fact]
    public void AbortedDmaIsHeard()
    {
        List<string> log = [];

        // [aborts]
        using EmbeddedSystem system = new("dmatest", "edu,address=00:1f.0");
        system.DmaAborted += fault => log.Add(fault.ToString());
        // [/aborts]

        using Rig rig = new(system);
        Assert.False(rig.Fetch(0x123000));
        Assert.Equal(["DMA read of 4096 bytes at IOVA 0x123000 by 0000:00:10.0 aborted: IOVA 0x123000 is not mapped in the address space of 0000:00:10.0"], log);
    }
}
