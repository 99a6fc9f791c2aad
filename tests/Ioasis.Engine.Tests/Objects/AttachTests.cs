using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Objects;

/// <summary>Bind, attach, replace, detach; automatic and manual page tables; groups.</summary>
public sealed class AttachTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void ASecondBindIsEINVALAndNamesTheDevice()
    {
        PhysicalDevice device = _lab.Device();
        BoundDevice bound = _lab.Bind(device);
        Assert.Equal(ErrnoCode.EINVAL, _lab.Context.Bind(device, out BoundDevice? second, ref _lab.Why).Code);
        Assert.Null(second);
        Assert.Equal((ReasonCode.DeviceAlreadyBound, device.Name), (_lab.Why.Code, _lab.Why.Name));
        bound.Unbind();
        _lab.Bind(device);
    }

    [Fact]
    public void AGroupBelongsToOneContext()
    {
        IommuGroup group = _lab.Group();
        PhysicalDevice one = _lab.Device(group), two = _lab.Device(group);
        BoundDevice bound = _lab.Bind(one);
        IommuContext other = new(_lab.System);
        Assert.Equal(ErrnoCode.EPERM, other.Bind(two, out _, ref _lab.Why).Code);
        Assert.Equal(ErrnoCode.EINVAL, other.Bind(one, out _, ref _lab.Why).Code);
        Assert.Equal(0, other.ObjectCount);
        bound.Unbind();
        Assert.Equal(ErrnoCode.None, other.Bind(two, out _, ref _lab.Why).Code);
    }

    [Fact]
    public void AttachingToAnIoasMakesAnAutomaticPageTableThatGoesWithTheLastDevice()
    {
        Ioas space = _lab.Space();
        BoundDevice one = _lab.Bind(), two = _lab.Bind();
        ObjectId table = _lab.Attach(one, space);
        Assert.NotEqual(space.Id, table);
        Assert.Equal(table, _lab.Attach(two, space));
        one.Detach(Pasid.None);
        Assert.Equal(ErrnoCode.EBUSY, _lab.Context.Destroy(table, ref _lab.Why).Code);
        two.Detach(Pasid.None);
        Assert.Equal(ErrnoCode.ENOENT, _lab.Context.Destroy(table, ref _lab.Why).Code);
        Assert.Equal(0, space.TableCount);
    }

    [Fact]
    public void AnotherIommuGetsAPageTableOfItsOwn()
    {
        Ioas space = _lab.Space();
        Iommu narrow = new("dmar1", IommuType.Vtd) { Aperture = new AddressRange(0, (1ul << 39) - 1) };
        ObjectId wide = _lab.Attach(_lab.Bind(), space);
        BoundDevice device = _lab.Bind(_lab.Device(_lab.Group(narrow)));
        Assert.NotEqual(wide, _lab.Attach(device, space));
        Assert.Equal(2, space.TableCount);
        Assert.Equal((1ul << 39) - 1, _lab.Ranges(space, out _)[^1].Last);
        device.Detach(Pasid.None);
        Assert.Equal(Lab.ApertureLast, _lab.Ranges(space, out _)[^1].Last);
    }

    [Fact]
    public void AManualPageTableStaysAndIsOnlyForItsOwnIommu()
    {
        Ioas space = _lab.Space();
        BoundDevice device = _lab.Bind();
        PageTable table = Manual(device, space);
        Assert.Equal(table.Id, _lab.Attach(device, table));
        Assert.Equal(ErrnoCode.EBUSY, _lab.Destroy(table));
        device.Detach(Pasid.None);
        Assert.Equal(ErrnoCode.EBUSY, _lab.Destroy(space));
        BoundDevice foreign = _lab.Bind(_lab.Device(_lab.Group(new Iommu("dmar1", IommuType.Vtd))));
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryAttach(foreign, table));
        Assert.Equal(ReasonCode.OtherIommuInstance, _lab.Why.Code);
        Assert.Equal([(0ul, Lab.ApertureLast)], _lab.Ranges(space, out _)); // the foreign device's hole is not left behind
        Assert.Equal(ErrnoCode.None, _lab.Destroy(table));
        Assert.Equal(ErrnoCode.None, _lab.Destroy(space));
    }

    [Fact]
    public void AttachWhileAttachedReplacesAndTheOldAutomaticTableGoes()
    {
        Ioas first = _lab.Space(), second = _lab.Space();
        BoundDevice device = _lab.Bind();
        ObjectId old = _lab.Attach(device, first);
        ObjectId now = _lab.Attach(device, second);
        Assert.NotEqual(old, now);
        Assert.Equal((0, 1), (first.TableCount, second.TableCount));
        Assert.Equal([(0ul, ulong.MaxValue)], _lab.Ranges(first, out _));
        Assert.Equal(3, _lab.Ranges(second, out _).Length + 1);
        Assert.Equal(now, _lab.Attach(device, second)); // the same again changes nothing
        Assert.Equal(4, _lab.Context.ObjectCount);
    }

    [Fact]
    public void AReplaceThatFailsChangesNothing()
    {
        FakeMemory memory = new(4);
        Ioas first = _lab.Space(), second = _lab.Space();
        _lab.Map(first, memory, 0, 0x1000, 0x1000);
        _lab.Map(second, memory, 0x100000, 0x1000, 0x1000); // cannot be pinned
        BoundDevice device = _lab.Bind();
        ObjectId table = _lab.Attach(device, first);
        Assert.Equal(ErrnoCode.EFAULT, _lab.TryAttach(device, second));
        Assert.Equal(table, device.Table!.Id);
        Assert.Equal(0, second.TableCount);
        Assert.Equal([(0ul, ulong.MaxValue)], _lab.Ranges(second, out _));
        Assert.True(device.Device.OpenPort().Read(new Iova(0x1000), new byte[16]));
    }

    [Fact]
    public void DevicesOfAGroupShareOnePageTable()
    {
        IommuGroup group = _lab.Group();
        BoundDevice one = _lab.Bind(_lab.Device(group)), two = _lab.Bind(_lab.Device(group));
        Ioas space = _lab.Space(), other = _lab.Space();
        ObjectId table = _lab.Attach(one, space);
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryAttach(two, other));
        Assert.Equal(ReasonCode.GroupAttachedElsewhere, _lab.Why.Code);
        Assert.Equal(0, other.TableCount);
        Assert.Equal(table, _lab.Attach(two, space));
        Assert.NotEqual(table, _lab.Attach(two, other)); // a replace moves the group
        Assert.Equal(one.Table!.Id, two.Table!.Id);
        Assert.Equal(0, space.TableCount);
        one.Detach(Pasid.None);
        Assert.True(two.IsAttached);
        two.Detach(Pasid.None);
        Assert.Equal(0, other.TableCount);
    }

    [Fact]
    public void OnlyAnIoasOrAHwptCanBeAttachedTo()
    {
        BoundDevice device = _lab.Bind();
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryAttach(device, device));
        ObjectId nothing = new(77);
        Assert.Equal(ErrnoCode.ENOENT, device.AttachOrReplace(Pasid.None, ref nothing, ref _lab.Why).Code);
    }

    [Fact]
    public void HwptAllocRefusesWhatItCannotDo()
    {
        BoundDevice device = _lab.Bind();
        Ioas space = _lab.Space();
        PageTable table = Manual(device, space);
        Assert.Equal(ErrnoCode.ENOENT, Allocate(space.Id, space.Id));
        Assert.Equal(ErrnoCode.EINVAL, Allocate(device.Id, device.Id));
        Assert.Equal(ErrnoCode.EINVAL, Allocate(device.Id, new ObjectId(77)));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Allocate(device.Id, table.Id));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, Allocate(device.Id, space.Id, Abi.iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING));
        Assert.Equal(3, _lab.Context.ObjectCount);
    }

    private ErrnoCode Allocate(ObjectId device, ObjectId parent, Abi.iommufd_hwpt_alloc_flags flags = 0) =>
        _lab.Context.AllocateTable(device, parent, flags, default, default, out _, ref _lab.Why).Code;

    private PageTable Manual(BoundDevice device, Ioas space)
    {
        _lab.Succeed(_lab.Context.AllocateTable(device.Id, space.Id, 0, default, default, out PageTable? table, ref _lab.Why));
        _lab.Context.Publish(table!);
        return table!;
    }
}
