using Ioasis.Client;
using Ioasis.Devices.Machines;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Spaces;

public sealed class MappingTests
{
    [Fact]
    public void AFailureCarriesTheCallItsOperandsTheErrnoAndTheReason()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(8192);
        using Mapping mapping = rig.Space.Map(buffer, iova: 0x10000);
        IommuException refused = Assert.Throws<IommuException>(() => rig.Space.Map(buffer, DmaAccess.Read, 0x11000));
        Assert.Equal(("IOMMU_IOAS_MAP", "EEXIST", 17), (refused.Call, refused.ErrnoName, refused.Errno));
        Assert.Equal("IOVA 0x11000-0x12fff meets the mapping 0x10000-0x11fff", refused.Reason);
        Assert.Equal($"address space {rig.Space.Id}, memory 0x{buffer.Address:x}, 0x2000 bytes, IOVA 0x11000, Read", refused.Operands);
        Assert.Equal($"IOMMU_IOAS_MAP({refused.Operands}): EEXIST: {refused.Reason}", refused.Message);
    }

    [Fact]
    public void UnmappingNothingAndCuttingAMappingAreRefused()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(8192);
        using Mapping mapping = rig.Space.Map(buffer, iova: 0x10000);
        Assert.Contains("would cut", Assert.Throws<IommuException>(() => rig.Space.Unmap(0x10000, 4096)).Reason, StringComparison.Ordinal);
        Assert.Contains("nothing is mapped", Assert.Throws<IommuException>(() => rig.Space.Unmap(0x20000, 4096)).Reason, StringComparison.Ordinal);
        Assert.Equal(8192u, rig.Space.Unmap(0, 1 << 20));
        Assert.Equal("ENOENT", Assert.Throws<IommuException>(mapping.Unmap).ErrnoName);
    }

    [Fact]
    public void UnmapAllTakesEverythingAndWorksOnAnEmptySpace()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        using Mapping first = rig.Space.Map(buffer), second = rig.Space.Map(buffer);
        Assert.NotEqual(first.Iova, second.Iova);
        Assert.Equal(8192u, rig.Space.UnmapAll());
        Assert.Equal(0u, rig.Space.UnmapAll());
    }

    [Fact]
    public void ACopySharesTheMemoryAndOutlivesItsSource()
    {
        using Rig rig = new();
        using AddressSpace source = rig.Iommu.AllocateAddressSpace();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(8192);
        Bytes.Fill(buffer.Span, 9);
        Mapping original = source.Map(buffer, iova: 0x100000);
        using Mapping copy = rig.Space.CopyFrom(original, iova: 0x2000), part = rig.Space.CopyFrom(source, 0x101000, 4096, DmaAccess.Read, 0x8000);
        original.Unmap();
        Assert.True(rig.Fetch(0x8000));
        Assert.True(rig.Store(0x2000));
        Assert.Equal(buffer.Span[4096..], buffer.Span[..4096]);
        Assert.False(rig.Store(0x8000));
    }

    [Fact]
    public void UsableRangesLackWhatTheDeviceReserves()
    {
        using Rig rig = new();
        UsableRanges usable = rig.Space.GetUsableRanges();
        Assert.Equal(4096u, usable.Alignment);
        Assert.DoesNotContain(usable.Ranges, range => range.First <= 0xfee00000 && range.Last >= 0xfee00000); // interrupt messages on x86
        Assert.Contains("reserved", Assert.Throws<IommuException>(() => rig.Space.MapUnowned(0, 4096, DmaAccess.Read, 0xfee00000)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void HoweverManyUsableRangesThereAreTheyAreAllReported()
    {
        string reserved = string.Concat(Enumerable.Range(1, 20).Select(i => $",reserved=0x{i << 20:x}-0x{(i << 20) + 0xffff:x}"));
        Assert.True(MachineDescription.TryParse(["vtd" + reserved], ["dmatest"], null, null, out MachineDescription? machine, out _));
        using Rig rig = new(new EmbeddedSystem(machine!));
        IReadOnlyList<IovaRange> ranges = rig.Space.GetUsableRanges().Ranges;
        Assert.Equal(21, ranges.Count);
        Assert.Equal(new IovaRange(0x1410000, ranges[20].Last), ranges[20]);
    }

    [Fact]
    public void AutomaticAddressesComeFromTheAllowedRanges()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(0x10000);
        rig.Space.SetAllowedRanges(new IovaRange(0x700000, 0x70ffff), new IovaRange(0x900000, 0x90ffff));
        using Mapping first = rig.Space.Map(buffer), second = rig.Space.Map(buffer);
        Assert.Equal([0x700000ul, 0x900000ul], new[] { first.Iova, second.Iova }.Order());
        Assert.Equal("ENOSPC", Assert.Throws<IommuException>(() => rig.Space.Map(buffer)).ErrnoName);
        rig.Space.SetAllowedRanges();
        rig.Space.Map(buffer).Unmap();
        Assert.Equal("EINVAL", Assert.Throws<IommuException>(() => rig.Space.SetAllowedRanges(new(0, 0x1fff), new(0x1000, 0x2fff))).ErrnoName);
    }

    [Fact]
    public void OptionsAreReadAndSet()
    {
        using EmbeddedSystem system = new("dmatest");
        using Iommu iommu = Iommu.Open(system.Transport);
        Assert.Equal(PinAccounting.User, iommu.Accounting);
        using AddressSpace space = iommu.AllocateAddressSpace();
        Assert.True(space.HugePages);
        space.HugePages = false;
        Assert.False(space.HugePages);
    }

    [Fact]
    public void MapAndUnmapAllocateNothing()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(1 << 20);
        MapAndUnmap(rig.Space, buffer.Address, 300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        MapAndUnmap(rig.Space, buffer.Address, 3000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void MapAndUnmapOfOrdinaryMemoryAllocateNothing()
    {
        using Rig rig = new();
        byte[] memory = GC.AllocateArray<byte>(3 * 4096, pinned: true);
        ulong address = AddressOf(memory) + 4095 & ~4095ul;
        MapAndUnmap(rig.Space, address, 300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        MapAndUnmap(rig.Space, address, 3000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        GC.KeepAlive(memory);
    }

    private static unsafe ulong AddressOf(byte[] pinned) => (ulong)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pinned[0]);

    private static void MapAndUnmap(AddressSpace space, ulong address, int times)
    {
        for (int i = 0; i < times; i++)
        {
            ulong iova = space.MapUnowned(address, 4096);
            space.Unmap(iova, 4096);
        }
    }
}
