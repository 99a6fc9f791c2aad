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
        using StringWriter Console = new();

        // [exception]
        using Mapping first = space.Map(buffer, DmaAccess.ReadWrite, iova: 0x10000);
        try
        {
            space.Map(buffer, DmaAccess.Read, iova: 0x11000);
        }
        catch (IommuException refused) when (refused.ErrnoName == "EEXIST")
        {
            Console.WriteLine(refused.Call);   // IOMMU_IOAS_MAP
            Console.WriteLine(refused.Reason); // IOVA 0x11000-0x12fff meets the mapping 0x10000-0x11fff
        }
        // [/exception]

        Assert.Equal("IOMMU_IOAS_MAP\nIOVA 0x11000-0x12fff meets the mapping 0x10000-0x11fff\n", Console.ToString());
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
        using EmbeddedSystem system = new("dmatest", "edu,address=00:1f.0");
        using Iommu iommu = Iommu.Open(system.Transport);
        using StringWriter Console = new();

        // [interrupts]
        using VfioDevice edu = iommu.OpenDevice("00:1f.0");
        edu.Bind(iommu);
        edu.BusMaster = true; // an interrupt by MSI is a write to memory

        using InterruptSet messages = edu.EnableMsi();
        edu.Region(0).Write(0x60, 1u); // edu: raise an interrupt
        if (messages[0].TryWait(TimeSpan.FromSeconds(10), out ulong count))
            Console.WriteLine($"interrupts: {count}");

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        Task<ulong> next = messages[0].WaitAsync(limit.Token);
        edu.Region(0).Write(0x60, 2u);
        Console.WriteLine($"interrupts: {await next}");
        // [/interrupts]

        Assert.Equal("interrupts: 1\ninterrupts: 1\n", Console.ToString());
    }

    [Fact]
    public void AbortedDmaIsHeard()
    {
        using StringWriter Console = new();

        // [aborts]
        using EmbeddedSystem watched = new("dmatest", "edu,address=00:1f.0");
        watched.DmaAborted += fault => Console.WriteLine(fault);
        // [/aborts]

        using Rig rig = new(watched);
        Assert.False(rig.Fetch(0x123000));
        Assert.Equal("DMA read of 4096 bytes at IOVA 0x123000 by 0000:00:10.0 aborted: IOVA 0x123000 is not mapped in the address space of 0000:00:10.0\n", Console.ToString());
    }
}
