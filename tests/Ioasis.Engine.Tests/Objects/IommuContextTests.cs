using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Objects;

public sealed class IommuContextTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void NumbersStartAtOneAndTheLowestFreeOneIsReused()
    {
        Ioas[] spaces = [_lab.Space(), _lab.Space(), _lab.Space()];
        Assert.Equal([1u, 2, 3], spaces.Select(space => space.Id.Value));
        Assert.Equal(ErrnoCode.None, _lab.Destroy(spaces[1]));
        Assert.Equal(2u, _lab.Space().Id.Value);
        Assert.Equal(4u, _lab.Space().Id.Value);
    }

    [Fact]
    public void AReservedObjectIsTakenButFindsNothingUntilItIsPublished()
    {
        Ioas made = _lab.Context.AllocateSpace();
        Assert.Equal(ErrnoCode.ENOENT, _lab.Destroy(made));
        Assert.Equal(2u, _lab.Space().Id.Value);
        _lab.Context.Publish(made);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(made));
    }

    [Fact]
    public void AnAbortedObjectFreesItsNumber()
    {
        _lab.Context.Abort(_lab.Context.AllocateSpace());
        Assert.Equal(0, _lab.Context.ObjectCount);
        Assert.Equal(1u, _lab.Space().Id.Value);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(uint.MaxValue)]
    public void DestroyOfAnUnknownNumberIsENOENT(uint id)
    {
        Assert.Equal(ErrnoCode.ENOENT, _lab.Context.Destroy(new ObjectId(id), ref _lab.Why).Code);
        Assert.Equal(ReasonCode.NoSuchObject, _lab.Why.Code);
        Assert.Equal(id, _lab.Why.A);
    }

    [Fact]
    public void AnAddressSpaceWithAPageTableIsBusy()
    {
        BoundDevice device = _lab.Bind();
        Ioas space = _lab.Space();
        _lab.Attach(device, space);
        Assert.Equal(ErrnoCode.EBUSY, _lab.Destroy(space));
        Assert.Equal(ReasonCode.ObjectInUse, _lab.Why.Code);
        device.Detach(Pasid.None);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(space));
    }

    [Fact]
    public void ABoundDeviceCannotBeDestroyed()
    {
        BoundDevice device = _lab.Bind();
        Assert.Equal(ErrnoCode.EBUSY, _lab.Destroy(device));
        device.Unbind();
        Assert.Equal(ErrnoCode.ENOENT, _lab.Destroy(device));
    }

    [Fact]
    public void ClosingLetsEverythingGoAlsoThingsThatUseEachOther()
    {
        FakeMemory memory = new(16);
        BoundDevice device = _lab.Bind();
        Ioas space = _lab.Space();
        _lab.Map(space, memory, 0, 0x4000, 0x10000);
        _lab.Succeed(_lab.Context.AllocateTable(device.Id, space.Id, 0, default, default, out var table, ref _lab.Why));
        _lab.Context.Publish(table!);
        _lab.Attach(device, table!);
        Assert.Equal(4u, memory.Owner.User.Pages);

        _lab.Context.Release();
        Assert.Equal(1, _lab.System.OpenContexts); // the device still holds it
        device.Unbind();
        Assert.Equal(0, _lab.System.OpenContexts);
        Assert.Equal(0u, memory.Owner.User.Pages);
        Assert.Equal(0u, memory.Owner.Pinned.Pages);
    }

    [Fact]
    public void TheAccountingModeCanOnlyBeSetWhileThereIsNoObject()
    {
        Assert.Equal(ErrnoCode.None, _lab.Context.SetAccountingMode(1, ref _lab.Why).Code);
        Assert.Equal(1u, _lab.Context.AccountingMode);
        Assert.Equal(ErrnoCode.EINVAL, _lab.Context.SetAccountingMode(2, ref _lab.Why).Code);
        _lab.Space();
        Assert.Equal(ErrnoCode.EBUSY, _lab.Context.SetAccountingMode(0, ref _lab.Why).Code);
        Assert.Equal(1u, _lab.Context.AccountingMode);
    }
}
