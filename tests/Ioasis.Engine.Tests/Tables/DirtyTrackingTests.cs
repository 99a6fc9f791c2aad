using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Tables;

public class DirtyTrackingTests
{
    private const ulong Page = FakeMemory.Page;
    private const ulong Huge = 1 << 21;

    private readonly Lab _lab = new();
    private readonly Iommu _iommu = new("dirty0", IommuType.Vtd) { Aperture = new AddressRange(0, Lab.ApertureLast), DirtyTracking = true };

    [Fact]
    public void ADeviceMarksWhatItWritesOnceTrackingIsOnAndNothingElse()
    {
        (Ioas space, HwPageTable table, DmaPort port) = Make();
        FakeMemory memory = new(64);
        _lab.Map(space, memory, 0, 64 * Page, 0x100000);
        byte[] bytes = new byte[Page + 2];
        Assert.True(port.Write(new Iova(0x100000), bytes)); // fills the IOTLB before tracking begins
        Assert.Empty(Dirty(table, 0x100000, 64));
        Set(table, true);
        Assert.True(port.Write(new Iova(0x100000 + 3 * Page - 1), bytes));
        Assert.True(port.Read(new Iova(0x100000 + 10 * Page), bytes));
        Assert.Equal([2, 3, 4], Dirty(table, 0x100000, 64));
        Assert.Empty(Dirty(table, 0x100000, 64));
        Assert.True(port.Write(new Iova(0x100000), bytes.AsSpan(0, 1)));
        Set(table, false);
        Assert.True(port.Write(new Iova(0x100000 + Page), bytes.AsSpan(0, 1)));
        Assert.Equal([0], Dirty(table, 0x100000, 64, clear: false));
        Set(table, true); // begins clean
        Assert.Empty(Dirty(table, 0x100000, 64));
    }

    [Fact]
    public void AScatteredListMarksWhatItWrote()
    {
        (Ioas space, HwPageTable table, DmaPort port) = Make();
        _lab.Map(space, new FakeMemory(64, registered: true), 0, 64 * Page, 0x100000);
        Set(table, true);
        DmaSegment[] list = [new(new Iova(0x100000 + 3 * Page), 16), new(new Iova(0x100000 + 9 * Page + 4095), 1)];
        Assert.True(port.Scatter(Pasid.None, list, new byte[17]));
        Assert.True(port.Gather(Pasid.None, [new(new Iova(0x100000 + 20 * Page), 16)], new byte[16]));
        Assert.Equal([3, 9], Dirty(table, 0x100000, 64));
    }

    [Fact]
    public void WhatIsMappedAnewIsClean()
    {
        (Ioas space, HwPageTable table, DmaPort port) = Make();
        FakeMemory memory = new(64);
        Set(table, true);
        _lab.Map(space, memory, 0, 8 * Page, 0x100000);
        _lab.Map(space, memory, 8 * Page, 8 * Page, 0x100000 + 8 * Page);
        Assert.True(port.Write(new Iova(0x100000), new byte[16 * Page]));
        _lab.Unmap(space, 0x100000, 8 * Page);
        _lab.Map(space, memory, 0, 8 * Page, 0x100000);
        Assert.Equal([8, 9, 10, 11, 12, 13, 14, 15], Dirty(table, 0x100000, 16));
    }

    [Fact]
    public void HugePagesAreDirtyAsAWholeWhereTheTableCanHaveThem()
    {
        (Ioas space, HwPageTable table, DmaPort port) = Make();
        Set(table, true);
        FakeMemory memory = new(2048) { PageSize = Huge };
        ulong offset = Huge - FakeMemory.Base % Huge;
        _lab.Map(space, memory, 0, Huge + 0x10000, 0x40000000 - 0x8000); // a huge page fits only in its middle, if the memory agrees
        ulong distance = (FakeMemory.Base - (0x40000000 - 0x8000)) % Huge;
        Assert.NotEqual(0ul, distance);
        Assert.True(port.Write(new Iova(0x40000000), new byte[1]));
        Assert.Equal([8], Dirty(table, 0x40000000 - 0x8000, 520)); // it does not
        _lab.Unmap(space, 0, ulong.MaxValue);

        _lab.Map(space, memory, offset % Huge, Huge + 0x8000, 0x40000000);
        Assert.True(port.Write(new Iova(0x40000000 + 7 * Page), new byte[1]));
        Assert.True(port.Write(new Iova(0x40000000 + Huge + Page), new byte[1]));
        Assert.Equal([.. Enumerable.Range(0, 512), 513], Dirty(table, 0x40000000, 520));
        Assert.Empty(Dirty(table, 0x40000000, 520));
        Assert.True(port.Write(new Iova(0x40000000 + 7 * Page), new byte[1]));
        Assert.Equal(Enumerable.Range(0, 2), Dirty(table, 0x40000000 + 8 * Page, 2)); // its page lies before, and is one with it
        Assert.Empty(Dirty(table, 0x40000000, 520)); // one bit, and it is clean
    }

    [Fact]
    public void WithoutHugePagesEverySystemPageIsItsOwn()
    {
        (Ioas space, HwPageTable table, DmaPort port) = Make();
        _lab.Succeed(_lab.Context.SetHugePages(space.Id, 0, ref _lab.Why));
        Set(table, true);
        FakeMemory memory = new(1024) { PageSize = Huge };
        _lab.Map(space, memory, 0, 512 * Page, 0x40000000);
        Assert.True(port.Write(new Iova(0x40000000 + 7 * Page), new byte[1]));
        Assert.Equal([7], Dirty(table, 0x40000000, 512));
    }

    [Fact]
    public void ATableMadeWithoutItRefuses()
    {
        Ioas space = _lab.Space();
        BoundDevice device = _lab.Bind(_lab.Device(_lab.Group(_iommu)));
        ObjectId id = _lab.Attach(device, space);
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _lab.Context.SetDirtyTracking(id, true, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _lab.Context.CheckDirtyRange(id, default, Page, Page, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.ENOENT, _lab.Context.SetDirtyTracking(space.Id, true, ref _lab.Why).Code);
    }

    [Fact]
    public void AClosedHoleEndsWhatIsTold()
    {
        (Ioas space, HwPageTable table, DmaPort port) = Make();
        Set(table, true);
        FakeMemory memory = new(64);
        _lab.Map(space, memory, 0, 4 * Page, 0x100000);
        _lab.Map(space, memory, 0, 4 * Page, 0x100000 + 5 * Page);
        Assert.True(port.Write(new Iova(0x100000), new byte[1]));
        Assert.True(port.Write(new Iova(0x100000 + 5 * Page), new byte[1]));
        Assert.Equal([0], Dirty(table, 0x100000, 9));
        Assert.Equal([0], Dirty(table, 0x100000 + 5 * Page, 4)); // was neither told nor cleared
    }

    private (Ioas Space, HwPageTable Table, DmaPort Port) Make()
    {
        Ioas space = _lab.Space();
        PhysicalDevice device = _lab.Device(_lab.Group(_iommu));
        BoundDevice bound = _lab.Bind(device);
        _lab.Succeed(_lab.Context.AllocateTable(
            bound.Id, space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING, default, default, out PageTable? made, ref _lab.Why));
        _lab.Context.Publish(made!);
        _lab.Attach(bound, made!);
        return (space, (HwPageTable)made!, device.OpenPort());
    }

    private void Set(HwPageTable table, bool on) => _lab.Succeed(_lab.Context.SetDirtyTracking(table.Id, on, ref _lab.Why));

    private List<int> Dirty(HwPageTable table, ulong iova, int pages, bool clear = true)
    {
        DirtyWindow window = new();
        window.Open(iova, iova + (ulong)pages * Page - 1, 12);
        _lab.Succeed(_lab.Context.ReadDirty(table.Id, window, clear, false, ref _lab.Why));
        List<int> dirty = [];
        Span<ulong> words = window.Dirty(out ulong offset);
        for (int bit = 0; bit < words.Length * 64; bit++)
        {
            if ((words[bit >> 6] >> (bit & 63) & 1) != 0)
                dirty.Add((int)offset * 8 + bit);
        }

        return dirty;
    }
}
