using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

public sealed class AttachTests : IDisposable
{
    private readonly VfioBench _bench = new();

    public AttachTests() => _bench.Bind(_bench.Edu);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void An_address_space_goes_in_and_a_page_table_comes_out()
    {
        uint space = _bench.Space(), table = space;
        Assert.Equal(ErrnoCode.None, _bench.TryAttach(_bench.Edu, ref table));
        Assert.NotEqual(space, table);
        uint again = space;
        Assert.Equal(ErrnoCode.None, _bench.TryAttach(_bench.Edu, ref again));
        Assert.Equal(table, again);
    }

    [Fact]
    public void What_does_not_exist_or_has_no_addresses_is_refused()
    {
        uint table = 99;
        Assert.Equal(ErrnoCode.ENOENT, _bench.TryAttach(_bench.Edu, ref table));
        table = 1;
        Assert.Equal(ErrnoCode.EINVAL, _bench.TryAttach(_bench.Edu, ref table));
    }

    [Theory]
    [InlineData(11u, 0u, ErrnoCode.EINVAL, ReasonCode.ArgszTooShort)]
    [InlineData(12u, 2u, ErrnoCode.EINVAL, ReasonCode.VfioFlagsInvalid)]
    [InlineData(12u, 1u, ErrnoCode.EINVAL, ReasonCode.ArgszTooShort)]
    [InlineData(16u, 1u, ErrnoCode.EINVAL, ReasonCode.HwptNotForPasids)]
    public void Length_and_flags_of_an_attach_are_checked(uint argsz, uint flags, ErrnoCode errno, ReasonCode reason)
    {
        vfio_device_attach_iommufd_pt attach = new() { argsz = argsz, flags = (vfio_device_attach_flags)flags, pt_id = _bench.Space(), pasid = 5 };
        Assert.Equal(errno, _bench.Call(_bench.Edu, VFIO_DEVICE_ATTACH_IOMMUFD_PT, ref attach));
        Assert.Equal(reason, _bench.Why.Code);
    }

    [Theory]
    [InlineData(7u, 0u, ErrnoCode.EINVAL)]
    [InlineData(8u, 2u, ErrnoCode.EINVAL)]
    [InlineData(8u, 1u, ErrnoCode.EINVAL)]
    [InlineData(12u, 1u, ErrnoCode.None)]
    [InlineData(8u, 0u, ErrnoCode.None)]
    public void Length_and_flags_of_a_detach_are_checked_and_detaching_twice_is_fine(uint argsz, uint flags, ErrnoCode errno)
    {
        vfio_device_detach_iommufd_pt detach = new() { argsz = argsz, flags = (vfio_device_detach_flags)flags };
        Assert.Equal(errno, _bench.Call(_bench.Edu, VFIO_DEVICE_DETACH_IOMMUFD_PT, ref detach));
        Assert.Equal(errno, _bench.Call(_bench.Edu, VFIO_DEVICE_DETACH_IOMMUFD_PT, ref detach));
    }

    [Fact]
    public void When_the_number_cannot_be_written_the_device_is_detached_again()
    {
        uint space = _bench.Space();
        _bench.Caller.Bytes.Put(new vfio_device_attach_iommufd_pt { argsz = 12, pt_id = space });
        var caller = new HalfReadOnlyCaller(_bench.Caller);
        Assert.Equal(ErrnoCode.EFAULT, _bench.Edu.Ioctl(caller, VFIO_DEVICE_ATTACH_IOMMUFD_PT, ArrayMemory.Base, out _, ref _bench.Why).Code);
        iommu_destroy destroy = new() { size = 8, id = space };
        Assert.Equal(ErrnoCode.None, _bench.Call(_bench.Iommufd, Abi.Iommufd.IOMMU_DESTROY, ref destroy));
    }
}
