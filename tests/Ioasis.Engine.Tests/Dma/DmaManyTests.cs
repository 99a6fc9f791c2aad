using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Dma;

/// <summary>Scatter-gather lists, and translations of many addresses: the same as one by one.</summary>
public sealed class DmaManyTests
{
    private const ulong Page = FakeMemory.Page;

    private readonly Lab _lab = new();
    private readonly PhysicalDevice _device;
    private readonly BoundDevice _bound;
    private readonly DmaPort _port;
    private readonly Ioas _space;

    public DmaManyTests()
    {
        _device = _lab.Device();
        _port = _device.OpenPort();
        _bound = _lab.Bind(_device);
        _space = _lab.Space();
        _lab.Attach(_bound, _space);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AListIsCopiedAsItsPiecesOneByOne(bool registered)
    {
        FakeMemory memory = new(1024, registered: registered);
        new Random(1).NextBytes(memory.At(0, 1024 * (int)Page));
        // Pages in reverse order, so that hardly two pieces follow each other; the last two areas are large.
        for (ulong i = 0; i < 64; i++)
            _lab.Map(_space, memory, (63 - i) * Page, Page, 0x10000 + i * Page);
        _lab.Map(_space, memory, 64 * Page, 400 * Page, 0x100000);
        _lab.Map(_space, memory, 500 * Page, 500 * Page, 0x400000);

        // Within a page, across pages (and so areas), and larger than one section copies.
        DmaSegment[] list =
        [
            new(new Iova(0x10000), 1), new(new Iova(0x10ffe), 4), new(new Iova(0x1f003), 4093), new(new Iova(0x20000), 3 * 4096),
            new(new Iova(0x400000), 500 * 4096), new(new Iova(0x100000), 77), new(new Iova(0x110000), 300 * 4096), new(new Iova(0x10000), 4096),
        ];
        byte[] expected = new byte[list.Sum(piece => piece.Length)], read = new byte[expected.Length];
        int at = 0;
        foreach (DmaSegment piece in list)
        {
            Assert.True(_port.Read(piece.Iova, expected.AsSpan(at, piece.Length)));
            at += piece.Length;
        }

        (ulong before, _) = _device.Traffic;
        Assert.True(_port.Gather(Pasid.None, list, read));
        Assert.Equal(expected, read);
        Assert.Equal(before + (ulong)expected.Length, _device.Traffic.Read);

        new Random(2).NextBytes(expected);
        Assert.True(_port.Scatter(Pasid.None, list.AsSpan(1), expected.AsSpan(1)));
        Assert.Equal((ulong)expected.Length - 1, _device.Traffic.Written);
        at = 1;
        foreach (DmaSegment piece in list.AsSpan(1, list.Length - 2))
        {
            Assert.True(_port.Read(piece.Iova, read.AsSpan(at, piece.Length)));
            at += piece.Length;
        }

        Assert.Equal(expected.AsSpan(5, 4093).ToArray(), read.AsSpan(5, 4093).ToArray());
        Assert.Equal(expected.AsSpan(5 + 4093 + 3 * 4096, 500 * 4096).ToArray(), read.AsSpan(5 + 4093 + 3 * 4096, 500 * 4096).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AListEndsAtThePieceThatIsAborted(bool registered)
    {
        FakeMemory memory = new(8, registered: registered);
        memory.At(0, 8 * (int)Page).Fill(0x11);
        _lab.Map(_space, memory, 0, Page, 0x1000);
        _lab.Map(_space, memory, Page, Page, 0x3000);
        DmaSegment[] list = [new(new Iova(0x1000), 16), new(new Iova(0x2000), 16), new(new Iova(0x3000), 16)];
        byte[] bytes = new byte[48];
        Assert.False(_port.Gather(Pasid.None, list, bytes));
        Assert.True(bytes.AsSpan(0, 16).IndexOfAnyExcept((byte)0x11) < 0);
        Assert.True(bytes.AsSpan(16).IndexOfAnyExcept((byte)0xff) < 0);
        DmaFault fault = Assert.Single(_device.Faults.Recent());
        Assert.Equal((new Iova(0x2000), 16ul, false), (fault.Iova, fault.Length, fault.IsWrite));

        Assert.False(_port.Scatter(Pasid.None, list, new byte[48]));
        Assert.Equal(0, memory.At(0, 1)[0]);
        Assert.Equal(0x11, memory.At(Page, 1)[0]);
        Assert.Equal(2ul, _device.Faults.Total);
        Assert.True(_device.Faults.Recent()[1].IsWrite);
    }

    [Fact]
    public void AListThatDoesNotGoWithTheBufferIsACallersMistake()
    {
        DmaSegment[] list = [new(new Iova(0x1000), 16)];
        Assert.Throws<ArgumentException>(() => _port.Gather(Pasid.None, list, new byte[15]));
        Assert.Throws<ArgumentException>(() => _port.Scatter(Pasid.None, list, new byte[17]));
        Assert.Throws<ArgumentException>(() => _port.Gather(Pasid.None, [new(new Iova(0), 0)], []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(3000)]
    public void ManyAddressesAreTranslatedAsOneByOne(int areas)
    {
        FakeMemory memory = new(8192);
        Random random = new(3);
        for (int i = 0; i < areas; i++)
        {
            AreaAccess access = (AreaAccess)random.Next(1, 4);
            _lab.Map(_space, memory, (ulong)random.Next(4096) * Page, Page * (ulong)random.Next(1, 3), (ulong)(i + 1) * 4 * Page, access);
        }

        foreach (int count in new[] { 0, 1, 15, 16, 17, 100 })
        {
            Iova[] iovas = new Iova[count];
            foreach (ref Iova iova in iovas.AsSpan())
                iova = new Iova((ulong)random.NextInt64(0, (areas + 2) * 4 * (long)Page));
            foreach (AreaAccess access in new[] { AreaAccess.Read, AreaAccess.Write })
            {
                DmaTranslation[] all = new DmaTranslation[count];
                using DmaSection section = _port.Enter();
                int usable = section.TranslateMany(Pasid.None, iovas, access, all);
                Assert.Equal(usable, all.Count(one => one.Length != 0));
                for (int i = 0; i < count; i++)
                {
                    Reason why = default;
                    bool may = section.TryTranslate(iovas[i], access, out HostAddress address, out ulong length, ref why);
                    Assert.Equal(may ? new DmaTranslation(address, length) : default, all[i]);
                }
            }
        }
    }

    [Fact]
    public void NothingIsTranslatedForADeviceThatMayNotOrIsNotAttached()
    {
        FakeMemory memory = new(8);
        _lab.Map(_space, memory, 0, Page, 0x1000);
        DmaTranslation[] one = [new(new HostAddress(1), 1)];
        _device.BusMaster = false;
        Assert.Equal(0, Translate(Pasid.None));
        Assert.Equal(default, one[0]);
        _device.BusMaster = true;
        Assert.Equal(1, Translate(Pasid.None));
        Assert.Equal(0, Translate(new Pasid(7)));
        _bound.Detach(Pasid.None);
        Assert.Equal(0, Translate(Pasid.None));

        int Translate(Pasid pasid)
        {
            using DmaSection section = _port.Enter();
            return section.TranslateMany(pasid, [new Iova(0x1000)], AreaAccess.Read, one);
        }
    }
}
