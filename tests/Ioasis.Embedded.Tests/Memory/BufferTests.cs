using System.Buffers;
using System.Runtime.CompilerServices;
using Ioasis.Client;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Memory;

public sealed class BufferTests
{
    [Fact]
    public void ABufferIsZeroedAlignedAndRoundedUpToPages()
    {
        using EmbeddedSystem system = new("dmatest");
        using DmaBuffer buffer = DmaBuffer.Allocate(5000, system.Transport);
        Assert.Equal((5000, 8192u, 0u), (buffer.Length, buffer.AllocatedLength, (uint)(buffer.Address % 4096)));
        Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
        buffer.Memory.Span[4999] = 7;
        Assert.Equal(7, buffer.Span[^1]);
        Assert.Equal(8192u, system.DmaMemoryBytes);
    }

    [Fact]
    public void ABufferThatIsDisposedWhileMappedStaysForItsMapping()
    {
        using Rig rig = new();
        using DmaBuffer target = rig.Iommu.AllocateBuffer(4096);
        using Mapping to = rig.Space.Map(target);
        Mapping from = MapAndDispose(rig, 5);
        Collect();
        Assert.Equal(8192u, rig.System.DmaMemoryBytes);
        Assert.True(rig.Fetch(from.Iova));
        Assert.True(rig.Store(to.Iova));
        Assert.Equal(Bytes.Pattern(4096, 5), target.Span);

        from.Unmap();
        Collect();
        Assert.Equal(4096u, rig.System.DmaMemoryBytes);
        Assert.False(rig.Fetch(from.Iova));
    }

    [Fact]
    public void ACopyKeepsTheMemoryOfADisposedBufferToo()
    {
        using Rig rig = new();
        using AddressSpace other = rig.Iommu.AllocateAddressSpace();
        Mapping original = MapAndDispose(rig, 6);
        Mapping copy = other.CopyFrom(original);
        original.Unmap();
        Collect();
        rig.Device.Attach(other);
        Assert.True(rig.Fetch(copy.Iova));
        copy.Unmap();
        Collect();
        Assert.Equal(0u, rig.System.DmaMemoryBytes);
    }

    [Fact]
    public void ClosingTheIommuLetsGoOfMappedMemory()
    {
        using Rig rig = new();
        MapAndDispose(rig, 1);
        rig.Device.Dispose();
        rig.Iommu.Dispose();
        Collect();
        Assert.Equal(0u, rig.System.DmaMemoryBytes);
    }

    [Fact]
    public void APinnedBufferIsFreedAfterUnpin()
    {
        using EmbeddedSystem system = new("dmatest");
        MemoryHandle pin = PinAndDispose(system);
        Collect();
        Assert.Equal(4096u, system.DmaMemoryBytes);
        pin.Dispose();
        Collect();
        Assert.Equal(0u, system.DmaMemoryBytes);
    }

    [Fact]
    public void AMappingOfPartOfABufferReachesThatPart()
    {
        using Rig rig = new();
        using DmaBuffer buffer = rig.Iommu.AllocateBuffer(3 * 4096);
        Bytes.Fill(buffer.Span, 2);
        byte[] second = buffer.Span[4096..8192].ToArray();
        using Mapping middle = rig.Space.Map(buffer.Address + 4096, 4096);
        Assert.True(rig.Fetch(middle.Iova));
        buffer.Span.Clear();
        Assert.True(rig.Store(middle.Iova));
        Assert.Equal(second, buffer.Span[4096..8192]);
        Assert.False(buffer.Span[..4096].ContainsAnyExcept((byte)0) || buffer.Span[8192..].ContainsAnyExcept((byte)0));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Mapping MapAndDispose(Rig rig, int seed)
    {
        DmaBuffer buffer = rig.Iommu.AllocateBuffer(4096);
        Bytes.Fill(buffer.Span, seed);
        Mapping mapping = rig.Space.Map(buffer);
        buffer.Dispose();
        return mapping;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MemoryHandle PinAndDispose(EmbeddedSystem system)
    {
        DmaBuffer buffer = DmaBuffer.Allocate(4096, system.Transport);
        MemoryHandle pin = buffer.Pin();
        buffer.Dispose();
        return pin;
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
