using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Dma;

public sealed class DmaTests
{
    private const int Page = (int)FakeMemory.Page;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(64);
    private readonly PhysicalDevice _device;
    private readonly BoundDevice _bound;
    private readonly DmaPort _port;
    private readonly Ioas _space;

    public DmaTests()
    {
        _device = _lab.Device();
        _port = _device.OpenPort();
        _bound = _lab.Bind(_device);
        _space = _lab.Space();
        new Random(3).NextBytes(_memory.At(0, 64 * Page));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadAndWriteCrossAreasAndPages(bool registered)
    {
        FakeMemory memory = new(64, registered: registered);
        new Random(4).NextBytes(memory.At(0, 64 * Page));
        _lab.Attach(_bound, _space);
        _lab.Map(_space, memory, 8 * (ulong)Page, 2 * (ulong)Page, 0x10000);
        _lab.Map(_space, memory, 0, (ulong)Page, 0x12000);
        byte[] read = new byte[2 * Page];
        Assert.True(_port.Read(new Iova(0x10800), read));
        Assert.Equal(memory.At(8 * (ulong)Page + 0x800, Page + 0x800).ToArray(), read[..(Page + 0x800)]);
        Assert.Equal(memory.At(0, 0x800).ToArray(), read[(Page + 0x800)..]);

        byte[] written = new byte[2 * Page];
        new Random(5).NextBytes(written);
        Assert.True(_port.Write(new Iova(0x10800), written));
        Assert.Equal(written[..(Page + 0x800)], memory.At(8 * (ulong)Page + 0x800, Page + 0x800).ToArray());
        Assert.Equal(written[(Page + 0x800)..], memory.At(0, 0x800).ToArray());
        Assert.Equal((2ul * Page, 2ul * Page), _device.Traffic);
    }

    [Fact]
    public void AReadOfUnmappedMemoryAbortsWithAllOnesAndARecord()
    {
        List<DmaFault> reported = [];
        _lab.System.DmaAborted = reported.Add;
        _lab.Attach(_bound, _space);
        _lab.Map(_space, _memory, 0, (ulong)Page, 0x10000);
        byte[] read = new byte[Page];
        Assert.False(_port.Read(new Iova(0x10800), read));
        Assert.Equal(_memory.At(0x800, 0x800).ToArray(), read[..0x800]);
        Assert.All(read[0x800..], octet => Assert.Equal(0xff, octet));
        DmaFault fault = Assert.Single(reported);
        Assert.Equal((new Iova(0x11000), 0x800ul, false, ReasonCode.DmaNotMapped), (fault.Iova, fault.Length, fault.IsWrite, fault.Reason.Code));
        Assert.Equal(fault, Assert.Single(_device.Faults.Recent()));
        Assert.Contains("0x11000", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains(_device.Name, fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AreaAccess.Read, true, false)]
    [InlineData(AreaAccess.Write, false, true)]
    public void PermissionsAreTwoSeparateBits(AreaAccess access, bool mayRead, bool mayWrite)
    {
        _lab.Attach(_bound, _space);
        _lab.Map(_space, _memory, 0, (ulong)Page, 0x10000, access);
        byte before = _memory.At(0, 1)[0];
        Assert.Equal(mayRead, _port.Read(new Iova(0x10000), new byte[1]));
        Assert.Equal(mayWrite, _port.Write(new Iova(0x10000), [(byte)(before + 1)]));
        Assert.Equal(mayWrite ? (byte)(before + 1) : before, _memory.At(0, 1)[0]);
        Assert.Equal(ReasonCode.DmaNotPermitted, Assert.Single(_device.Faults.Recent()).Reason.Code);
    }

    [Fact]
    public void NoBusMasterNoAttachmentNoMemoryAndWrappingAddressesAbort()
    {
        Assert.Equal(ReasonCode.DmaNotAttached, AbortOf(0x10000, 16));
        _lab.Attach(_bound, _space);
        _lab.Map(_space, _memory, 0, (ulong)Page, 0x10000);
        Assert.True(_port.Read(new Iova(0x10000), new byte[16]));
        Assert.Equal(ReasonCode.DmaAddressWraps, AbortOf(ulong.MaxValue - 7, 16));
        _device.BusMaster = false;
        Assert.Equal(ReasonCode.DmaNoBusMaster, AbortOf(0x10000, 16));
        _device.BusMaster = true;
        _memory.Gone = true;
        Assert.Equal(ReasonCode.DmaMemoryGone, AbortOf(0x10000, 16));
        _memory.Gone = false;
        _bound.Detach(Pasid.None);
        Assert.Equal(ReasonCode.DmaNotAttached, AbortOf(0x10000, 16));
    }

    [Fact]
    public void AfterUnmapDetachReplaceAndRemapTheIotlbIsNeverStale()
    {
        _lab.Attach(_bound, _space);
        byte[] one = new byte[1];
        for (int i = 0; i < 200; i++)
        {
            ulong offset = (ulong)(i % 64 * Page);
            _lab.Map(_space, _memory, offset, (ulong)Page, 0x10000);
            Assert.True(_port.Read(new Iova(0x10000), one));
            Assert.Equal(_memory.At(offset, 1)[0], one[0]);
            _lab.Unmap(_space, 0x10000, (ulong)Page);
            Assert.False(_port.Read(new Iova(0x10000), one));
        }

        Ioas other = _lab.Space();
        _lab.Map(_space, _memory, 0, (ulong)Page, 0x10000);
        _lab.Map(other, _memory, (ulong)Page, (ulong)Page, 0x10000);
        Assert.True(_port.Read(new Iova(0x10000), one));
        Assert.Equal(_memory.At(0, 1)[0], one[0]);
        _lab.Attach(_bound, other);
        Assert.True(_port.Read(new Iova(0x10000), one));
        Assert.Equal(_memory.At((ulong)Page, 1)[0], one[0]);
    }

    [Fact]
    public void DevicesOfAGroupTranslateAlikeEvenWhenOnlyOneIsAttached()
    {
        PhysicalDevice sibling = _lab.Device(_device.Group);
        _lab.Attach(_bound, _space);
        _lab.Map(_space, _memory, 0, (ulong)Page, 0x10000);
        Assert.True(sibling.OpenPort().Read(new Iova(0x10000), new byte[16]));
    }

    [Fact]
    public void SharedPagesOutliveTheProcess()
    {
        _memory.Shared = new FakeShared();
        _lab.Attach(_bound, _space);
        _lab.Map(_space, _memory, 0, (ulong)Page, 0x10000);
        _memory.Gone = true;
        byte[] read = new byte[16];
        Assert.True(_port.Read(new Iova(0x10008), read));
        Assert.All(read, octet => Assert.Equal(8, octet));
    }

    [Fact]
    public void APortIsForOneThreadAtATime()
    {
        using DmaSection section = _port.Enter();
        Assert.Throws<InvalidOperationException>(() => _port.Read(new Iova(0), new byte[1]));
    }

    [Fact]
    public void AMapAnUnmapAndADmaInSteadyStateAllocateNothing()
    {
        FakeMemory memory = new(64, registered: true);
        _lab.Attach(_bound, _space);
        byte[] bytes = new byte[64];
        long allocated = 0;
        for (int round = 0; round < 300; round++)
        {
            if (round == 100)
                allocated = GC.GetAllocatedBytesForCurrentThread();
            Cycle(bytes, memory);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private void Cycle(byte[] bytes, FakeMemory memory)
    {
        memory.Pins.Clear();
        Reason why = default;
        for (ulong i = 0; i < 8; i++)
        {
            Errno errno = _lab.Context.Map(
                _space.Id, memory, memory.Address(), FakeMemory.Page, new Iova(i << 16), AreaAccess.ReadWrite, false, out _, ref why);
            if (errno.Failed || !_port.Read(new Iova(i << 16), bytes) || !_port.Write(new Iova(i << 16), bytes))
                throw new InvalidOperationException(why.ToString());
        }

        for (ulong i = 0; i < 8; i++)
        {
            if (_lab.Context.Unmap(_space.Id, new Iova(i << 16), FakeMemory.Page, out _, ref why).Failed)
                throw new InvalidOperationException(why.ToString());
        }
    }

    private ReasonCode AbortOf(ulong iova, int length)
    {
        Assert.False(_port.Read(new Iova(iova), new byte[length]));
        return _device.Faults.Recent()[^1].Reason.Code;
    }

    /// <summary>Reads as the low byte of the address asked for.</summary>
    private sealed class FakeShared : SharedPages
    {
        public override int Read(HostAddress from, Span<byte> into)
        {
            into.Fill((byte)from.Value);
            return into.Length;
        }

        public override int Write(HostAddress to, ReadOnlySpan<byte> from) => from.Length;
    }
}
