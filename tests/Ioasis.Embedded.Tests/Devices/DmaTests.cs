using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Devices;

public sealed class DmaTests
{
    [Fact]
    public void APageGoesThroughTheDeviceAndEachTransferInterrupts()
    {
        using Rig rig = new();
        using DmaBuffer source = rig.Iommu.AllocateBuffer(4096), target = rig.Iommu.AllocateBuffer(4096);
        Bytes.Fill(source.Span, 3);
        using Mapping from = rig.Space.Map(source, DmaAccess.Read, 0x1200000000);
        using Mapping to = rig.Space.Map(target, DmaAccess.ReadWrite);
        Assert.Equal(0x1200000000u, from.Iova);
        Assert.True(rig.Fetch(from.Iova));
        Assert.True(rig.Store(to.Iova));
        Assert.Equal(source.Span, target.Span);
    }

    [Fact]
    public void ADmaAfterUnmapIsAbortedAndSaysWhy()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        Mapping mapping = rig.Space.Map(buffer, iova: 0x5000);
        Assert.True(rig.Fetch(0x5000));
        mapping.Unmap();
        List<string> heard = [];
        rig.System.DmaAborted += fault => heard.Add(fault.ToString());
        Assert.False(rig.Fetch(0x5000));
        Assert.Contains("0x5000 is not mapped", rig.LastAbort, StringComparison.Ordinal);
        Assert.Equal([rig.LastAbort], heard);
    }

    [Fact]
    public void ADmaAgainstThePermissionIsAbortedAndChangesNothing()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        Bytes.Fill(buffer.Span, 1);
        using Mapping mapping = rig.Space.Map(buffer, DmaAccess.Read);
        Assert.False(rig.Store(mapping.Iova));
        Assert.Contains("without the permission", rig.LastAbort, StringComparison.Ordinal);
        Assert.Equal(Bytes.Pattern(4096, 1), buffer.Span);
    }

    [Fact]
    public void WithoutBusMasteringNothingMoves()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        using Mapping mapping = rig.Space.Map(buffer);
        rig.Device.BusMaster = false;
        Assert.False(rig.Device.BusMaster);
        rig.Device.Region(0).Write(0, mapping.Iova);
        rig.Device.Region(0).Write(8, 3u);
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Region(0).Read<uint>(8) == 2, Rig.Patience)); // no message without bus mastering
        Assert.Equal(1u, rig.Device.Region(0).Read<uint>(12));
        Assert.Contains("bus mastering is off", rig.LastAbort, StringComparison.Ordinal);
    }

    [Fact]
    public void ADetachedDeviceReachesNothing()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        using Mapping mapping = rig.Space.Map(buffer);
        rig.Device.Detach();
        Assert.False(rig.Fetch(mapping.Iova));
        Assert.Contains("attached to no address space", rig.LastAbort, StringComparison.Ordinal);
        rig.Device.Attach(rig.Space);
        Assert.True(rig.Fetch(mapping.Iova));
    }

    [Fact]
    public void APageTableMadeByHandShowsTheAddressSpace()
    {
        using Rig rig = new();
        using AddressSpace other = rig.Iommu.AllocateAddressSpace();
        using PageTable table = other.AllocatePageTable(rig.Device);
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        using Mapping mapping = other.Map(buffer, iova: 0x7000);
        Assert.False(rig.Fetch(0x7000));
        Assert.Equal(table.Id, rig.Device.Attach(table));
        Assert.True(rig.Fetch(0x7000));
        Assert.Equal("EBUSY", Assert.Throws<IommuException>(table.Destroy).ErrnoName);
        rig.Device.Detach();
        table.Destroy();
    }

    [Fact]
    public void AResetClearsTheDeviceAndLeavesItUsable()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        Bytes.Fill(buffer.Span, 8);
        using Mapping mapping = rig.Space.Map(buffer);
        Assert.True(rig.Device.GetInfo().CanReset);
        Assert.True(rig.Fetch(mapping.Iova));
        rig.Device.Reset();
        Assert.Equal(0u, rig.Device.Region(0).Read<ulong>(0));
        Assert.True(rig.Device.BusMaster);
        Assert.True(rig.Store(mapping.Iova));
        Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
    }
}
