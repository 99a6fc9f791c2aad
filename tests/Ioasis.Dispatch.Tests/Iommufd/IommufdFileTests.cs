using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.iommufd_ioas_map_flags;

namespace Ioasis.Dispatch.Tests.Iommufd;

/// <summary>The handlers: what each field does, in bytes, and the errnos that the engine does not give.</summary>
public sealed class IommufdFileTests
{
    private const ulong Data = ArrayMemory.Base + 0x10000;

    private readonly Bench _bench = new();

    [Fact]
    public void AnObjectIsPublishedOnlyWhenItsNumberReachedTheCaller()
    {
        _bench.Caller.Bytes.Put(new iommu_ioas_alloc { size = 12 }, ArrayMemory.End - 12);
        Assert.True(_bench.File.Ioctl(_bench.Caller, IOMMU_IOAS_ALLOC, ArrayMemory.End - 12, out long result, ref _bench.Caller.Why).Succeeded);
        Assert.Equal((0, 1u), (result, _bench.Caller.Bytes.Get<iommu_ioas_alloc>(ArrayMemory.End - 12).out_ioas_id));

        ReadOnlyCaller caller = new();
        caller.Bytes.Put(new iommu_ioas_alloc { size = 12 });
        Reason why = default;
        Assert.Equal(ErrnoCode.EFAULT, _bench.File.Ioctl(caller, IOMMU_IOAS_ALLOC, ArrayMemory.Base, out _, ref why).Code);
        Assert.Equal(1, _bench.Context.ObjectCount);
        Assert.Equal(2u, _bench.Space());
    }

    [Fact]
    public void IoasAllocRefusesFlags()
    {
        iommu_ioas_alloc cmd = new() { size = 12, flags = 1 };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_IOAS_ALLOC, ref cmd));
    }

    [Fact]
    public void DestroyTakesTheObjectAway()
    {
        iommu_destroy cmd = new() { size = 8, id = _bench.Space() };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_DESTROY, ref cmd));
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(IOMMU_DESTROY, ref cmd));
    }

    [Theory]
    [InlineData(8u, 0u, 0x1000ul, 0x1000ul, ErrnoCode.EOPNOTSUPP)]
    [InlineData(7u, 1u, 0x1000ul, 0x1000ul, ErrnoCode.EOPNOTSUPP)]
    [InlineData(7u, 0u, ulong.MaxValue, 0x1000ul, ErrnoCode.EOVERFLOW)]
    [InlineData(7u, 0u, 0x1000ul, ulong.MaxValue, ErrnoCode.EOVERFLOW)]
    [InlineData(1u, 0u, 0x1000ul, 0x1000ul, ErrnoCode.EINVAL)]
    [InlineData(7u, 0u, 0x1000ul, 0ul, ErrnoCode.EINVAL)]
    [InlineData(7u, 0u, 0x1000ul, 0x1000ul, ErrnoCode.None)]
    public void MapChecksItsFieldsInLinuxsOrder(uint flags, uint reserved, ulong iova, ulong length, ErrnoCode expected)
    {
        iommu_ioas_map cmd = new()
        {
            size = 40, flags = (iommufd_ioas_map_flags)flags, __reserved = reserved, ioas_id = _bench.Space(), user_va = Data, length = length,
            iova = iova,
        };
        Assert.Equal(expected, _bench.Call(IOMMU_IOAS_MAP, ref cmd));
    }

    [Fact]
    public void MapAnywhereTellsWhere()
    {
        uint space = _bench.Space();
        iommu_ioas_map cmd = new() { size = 40, flags = IOMMU_IOAS_MAP_READABLE, ioas_id = space, user_va = Data, length = 0x1000, iova = 0x777000 };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref cmd));
        Assert.Equal(0x1000u, cmd.iova);
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref cmd));
        Assert.Equal(0x2000u, cmd.iova);
    }

    [Fact]
    public void UnmapTellsHowMuchAndNothingWhenItFails()
    {
        uint space = _bench.Space();
        Map(space, 0x1000);
        Map(space, 0x2000);
        iommu_ioas_unmap cmd = new() { size = 24, ioas_id = space, iova = 0x1000, length = 0x1800 };
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(IOMMU_IOAS_UNMAP, ref cmd));
        Assert.Equal(0x1800u, cmd.length);
        cmd = new() { size = 24, ioas_id = space, iova = 0, length = ulong.MaxValue };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_UNMAP, ref cmd));
        Assert.Equal(0x1000u, cmd.length);
    }

    [Fact]
    public void CopyTellsWhere()
    {
        uint source = _bench.Space(), target = _bench.Space();
        Map(source, 0x1000);
        iommu_ioas_copy cmd = new() { size = 40, flags = IOMMU_IOAS_MAP_READABLE, src_ioas_id = source, dst_ioas_id = target, length = 0x1000, src_iova = 0x1000 };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_COPY, ref cmd));
        Assert.Equal(0x1000u, cmd.dst_iova);
        cmd.dst_ioas_id = 99;
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(IOMMU_IOAS_COPY, ref cmd));
        cmd.length = ulong.MaxValue;
        Assert.Equal(ErrnoCode.EOVERFLOW, _bench.Call(IOMMU_IOAS_COPY, ref cmd));
    }

    [Fact]
    public void IovaRangesAsksForMoreRoomAndThenFillsIt()
    {
        uint space = _bench.Space();
        Attach(space);
        iommu_ioas_iova_ranges cmd = new() { size = 32, ioas_id = space, allowed_iovas = Data };
        Assert.Equal(ErrnoCode.EMSGSIZE, _bench.Call(IOMMU_IOAS_IOVA_RANGES, ref cmd));
        Assert.Equal((2u, 4096ul), (cmd.num_iovas, cmd.out_iova_alignment));
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_IOVA_RANGES, ref cmd));
        iommu_iova_range first = _bench.Caller.Bytes.Get<iommu_iova_range>(Data), second = _bench.Caller.Bytes.Get<iommu_iova_range>(Data + 16);
        Assert.Equal((0ul, 0xfedffffful, 0xfef00000ul, (1ul << 47) - 1), (first.start, first.last, second.start, second.last));
        cmd.num_iovas = 1;
        _bench.Caller.Bytes.Put(default(iommu_iova_range), Data + 16);
        Assert.Equal(ErrnoCode.EMSGSIZE, _bench.Call(IOMMU_IOAS_IOVA_RANGES, ref cmd));
        Assert.Equal(0u, _bench.Caller.Bytes.Get<iommu_iova_range>(Data + 16).start);
        cmd.num_iovas = 2;
        cmd.allowed_iovas = ArrayMemory.End - 16;
        Assert.Equal(ErrnoCode.EFAULT, _bench.Call(IOMMU_IOAS_IOVA_RANGES, ref cmd));
    }

    [Fact]
    public void AllowIovasReadsALongListInAnyOrder()
    {
        const int Count = 1000;
        for (int i = 0; i < Count; i++)
        {
            ulong start = (ulong)(i * 7 % Count) * 0x10000 + 0x8000;
            _bench.Caller.Bytes.Put(new iommu_iova_range { start = start, last = start + 0x1fff }, Data + (ulong)i * 16);
        }

        uint space = _bench.Space();
        iommu_ioas_allow_iovas cmd = new() { size = 24, ioas_id = space, num_iovas = Count, allowed_iovas = Data };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_ALLOW_IOVAS, ref cmd));
        iommu_ioas_map map = new() { size = 40, flags = IOMMU_IOAS_MAP_READABLE, ioas_id = space, user_va = Data, length = 0x2000 };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref map));
        Assert.Equal(0x8000u, map.iova);
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref map));
        Assert.Equal(0x18000u, map.iova);
    }

    [Theory]
    [InlineData(5, 5, 9, 10, ErrnoCode.EINVAL)]
    [InlineData(6, 5, 9, 10, ErrnoCode.EINVAL)]
    [InlineData(5, 9, 9, 10, ErrnoCode.EINVAL)]
    [InlineData(9, 20, 5, 9, ErrnoCode.EINVAL)]
    [InlineData(5, 30, 9, 10, ErrnoCode.EINVAL)]
    [InlineData(5, 8, 9, 10, ErrnoCode.None)]
    public void AllowedRangesMustNotBeEmptyOrMeet(ulong start, ulong last, ulong start2, ulong last2, ErrnoCode expected)
    {
        _bench.Caller.Bytes.Put(new iommu_iova_range { start = start, last = last }, Data);
        _bench.Caller.Bytes.Put(new iommu_iova_range { start = start2, last = last2 }, Data + 16);
        iommu_ioas_allow_iovas cmd = new() { size = 24, ioas_id = _bench.Space(), num_iovas = 2, allowed_iovas = Data };
        Assert.Equal(expected, _bench.Call(IOMMU_IOAS_ALLOW_IOVAS, ref cmd));
    }

    [Fact]
    public void AllowIovasLooksForTheSpaceBeforeTheList()
    {
        iommu_ioas_allow_iovas cmd = new() { size = 24, ioas_id = 5, num_iovas = 2, allowed_iovas = 0 };
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(IOMMU_IOAS_ALLOW_IOVAS, ref cmd));
        cmd.ioas_id = _bench.Space();
        Assert.Equal(ErrnoCode.EFAULT, _bench.Call(IOMMU_IOAS_ALLOW_IOVAS, ref cmd));
        cmd.num_iovas = 0;
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_ALLOW_IOVAS, ref cmd));
    }

    [Theory]
    [InlineData(0, 1, 0u, 0ul, false, ErrnoCode.None)]
    [InlineData(0, 0, 0u, 1ul, false, ErrnoCode.EPERM)]
    [InlineData(0, 0, 0u, 1ul, true, ErrnoCode.None)]
    [InlineData(0, 0, 0u, 2ul, true, ErrnoCode.EINVAL)]
    [InlineData(0, 0, 1u, 1ul, true, ErrnoCode.EOPNOTSUPP)]
    [InlineData(0, 2, 0u, 1ul, true, ErrnoCode.EOPNOTSUPP)]
    [InlineData(2, 1, 0u, 1ul, true, ErrnoCode.EOPNOTSUPP)]
    [InlineData(1, 1, 9u, 0ul, true, ErrnoCode.ENOENT)]
    public void OptionErrnos(int option, int op, uint id, ulong value, bool capable, ErrnoCode expected)
    {
        if (capable)
            _bench.Caller.Capabilities.Add(Capability.SysResource);
        iommu_option cmd = new() { size = 24, option_id = (iommufd_option)option, op = (iommufd_option_ops)op, object_id = id, val64 = value };
        Assert.Equal(expected, _bench.Call(IOMMU_OPTION, ref cmd));
    }

    [Fact]
    public void HugePagesIsAnOptionOfTheSpace()
    {
        iommu_option cmd = new() { size = 24, option_id = iommufd_option.IOMMU_OPTION_HUGE_PAGES, op = iommufd_option_ops.IOMMU_OPTION_OP_GET, object_id = _bench.Space() };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_OPTION, ref cmd));
        Assert.Equal(1u, cmd.val64);
        cmd.op = iommufd_option_ops.IOMMU_OPTION_OP_SET;
        cmd.val64 = 0;
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_OPTION, ref cmd));
        cmd.op = iommufd_option_ops.IOMMU_OPTION_OP_GET;
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_OPTION, ref cmd));
        Assert.Equal(0u, cmd.val64);
        cmd.op = (iommufd_option_ops)7;
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_OPTION, ref cmd));
    }

    [Fact]
    public void GetHwInfoFillsWhatThereIsRoomForAndZeroesTheRest()
    {
        BoundDevice device = _bench.Bind();
        _bench.Caller.Bytes.At(Data, 64).Fill(0xcc);
        iommu_hw_info cmd = new() { size = 40, dev_id = device.Id.Value, data_len = 40, data_uptr = Data };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_GET_HW_INFO, ref cmd));
        Assert.Equal((24u, iommu_hw_info_type.IOMMU_HW_INFO_TYPE_INTEL_VTD), (cmd.data_len, cmd.out_data_type));
        Assert.Equal(iommufd_hw_capabilities.IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED, cmd.out_capabilities);
        Assert.Equal([24, 0, 0], _bench.Caller.Bytes.At(Data + 23, 3).ToArray());
        Assert.Equal([0, 0xcc], _bench.Caller.Bytes.At(Data + 39, 2).ToArray());

        cmd = new() { size = 40, dev_id = device.Id.Value, data_len = 4, data_uptr = Data };
        _bench.Caller.Bytes.At(Data, 64).Fill(0xcc);
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_GET_HW_INFO, ref cmd));
        Assert.Equal(24u, cmd.data_len);
        Assert.Equal([4, 0xcc], _bench.Caller.Bytes.At(Data + 3, 2).ToArray());

        cmd = new() { size = 40, dev_id = device.Id.Value, data_len = 4, data_uptr = 0 };
        Assert.Equal(ErrnoCode.EFAULT, _bench.Call(IOMMU_GET_HW_INFO, ref cmd));
        cmd = new() { size = 40, dev_id = 99 };
        Assert.Equal(ErrnoCode.ENOENT, _bench.Call(IOMMU_GET_HW_INFO, ref cmd));
        cmd = new() { size = 40, dev_id = device.Id.Value, flags = (iommufd_hw_info_flags)2 };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_GET_HW_INFO, ref cmd));
        cmd = new()
        {
            size = 40, dev_id = device.Id.Value, flags = iommufd_hw_info_flags.IOMMU_HW_INFO_FLAG_INPUT_TYPE,
            in_data_type = iommu_hw_info_type.IOMMU_HW_INFO_TYPE_AMD,
        };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_GET_HW_INFO, ref cmd));
    }

    [Fact]
    public void HwptAllocGivesAPageTableThatIsBusyWhileAttached()
    {
        BoundDevice device = _bench.Bind();
        uint space = _bench.Space();
        iommu_hwpt_alloc cmd = new() { size = 48, dev_id = device.Id.Value, pt_id = space };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_HWPT_ALLOC, ref cmd));
        uint table = cmd.out_hwpt_id;
        ObjectId id = new(table);
        Assert.True(device.AttachOrReplace(Pasid.None, ref id, ref _bench.Caller.Why).Succeeded);
        iommu_destroy destroy = new() { size = 8, id = table };
        Assert.Equal(ErrnoCode.EBUSY, _bench.Call(IOMMU_DESTROY, ref destroy));
        device.Detach(Pasid.None);
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_DESTROY, ref destroy));

        cmd = new() { size = 48, dev_id = device.Id.Value, pt_id = space, data_len = 8 };
        Assert.Equal(ErrnoCode.EINVAL, _bench.Call(IOMMU_HWPT_ALLOC, ref cmd));
        cmd = new() { size = 48, dev_id = device.Id.Value, pt_id = space, __reserved = 8 };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_HWPT_ALLOC, ref cmd));
    }

    [Fact]
    public void TheLegacySpaceIsSetGotAndCleared()
    {
        uint space = _bench.Space();
        iommu_vfio_ioas cmd = new() { size = 12, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_GET };
        Assert.Equal(ErrnoCode.ENODEV, _bench.Call(IOMMU_VFIO_IOAS, ref cmd));
        cmd = new() { size = 12, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_SET, ioas_id = space };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_VFIO_IOAS, ref cmd));
        cmd = new() { size = 12, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_GET };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_VFIO_IOAS, ref cmd));
        Assert.Equal(space, cmd.ioas_id);
        cmd = new() { size = 12, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_CLEAR };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_VFIO_IOAS, ref cmd));
        cmd = new() { size = 12, op = (iommufd_vfio_ioas_op)3 };
        Assert.Equal(ErrnoCode.EOPNOTSUPP, _bench.Call(IOMMU_VFIO_IOAS, ref cmd));
    }

    [Fact]
    public void ThereIsNeverAPhysicalAddressToTell()
    {
        Assert.Equal(ErrnoCode.EPERM, FindPhysical(1, 0x1000));
        _bench.Caller.Capabilities.Add(Capability.SysRawio);
        Assert.Equal(ErrnoCode.ENOENT, FindPhysical(1, 0x1000));
        uint space = _bench.Space();
        Assert.Equal(ErrnoCode.ENOENT, FindPhysical(space, 0x1000));
        Assert.Equal(ReasonCode.PhysicalNotMapped, _bench.Caller.Why.Code);
        iommu_ioas_map map = new()
        {
            size = 40, flags = (iommufd_ioas_map_flags)7, ioas_id = space, user_va = ArrayMemory.Base, length = 0x1000, iova = 0x1000,
        };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_IOAS_MAP, ref map));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, FindPhysical(space, 0x1000));
        Assert.Equal(ReasonCode.NoPhysicalAddress, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.EINVAL, FindPhysical(space, 0x1000, length: 0));
        Assert.Equal(ErrnoCode.EOVERFLOW, FindPhysical(space, ulong.MaxValue));
        Assert.Equal(ErrnoCode.EOPNOTSUPP, FindPhysical(space, 0x1000, flags: 1));
    }

    private ErrnoCode FindPhysical(uint space, ulong iova, ulong length = 0x1000, uint flags = 0)
    {
        iommu_ioas_noiommu_get_pa cmd = new() { size = 40, flags = flags, ioas_id = space, iova = iova, length = length };
        return _bench.Call(IOMMU_IOAS_NOIOMMU_GET_PA, ref cmd);
    }

    [Fact]
    public void ANumberThatIsNoneSaysSo()
    {
        Assert.Equal(ErrnoCode.ENOTTY, _bench.File.Ioctl(_bench.Caller, 0x3B63, 0, out _, ref _bench.Caller.Why).Code);
        Assert.Equal(ReasonCode.UnknownIoctl, _bench.Caller.Why.Code);
    }

    [Fact]
    public void MapAndUnmapAsIoctlsAllocateNothingInSteadyState()
    {
        uint space = _bench.Space();
        Attach(space);
        MapAndUnmap(space);

        // A collection that another test causes meanwhile counts the rest of this thread's allocation buffer, up to 8 KiB, as
        // allocated. What the calls allocate shows in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 10 && least != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            MapAndUnmap(space);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private void MapAndUnmap(uint space)
    {
        for (int i = 0; i < 200; i++)
        {
            Map(space, 0x1000);
            iommu_ioas_unmap cmd = new() { size = 24, ioas_id = space, iova = 0x1000, length = 0x1000 };
            _bench.Call(IOMMU_IOAS_UNMAP, ref cmd);
        }
    }

    private void Attach(uint space)
    {
        ObjectId id = new(space);
        Assert.True(_bench.Bind().AttachOrReplace(Pasid.None, ref id, ref _bench.Caller.Why).Succeeded, _bench.Caller.Why.ToString());
    }

    private void Map(uint space, ulong iova)
    {
        iommu_ioas_map cmd = new()
        {
            size = 40, flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_FIXED_IOVA, ioas_id = space, user_va = Data,
            length = 0x1000, iova = iova,
        };
        if (_bench.Call(IOMMU_IOAS_MAP, ref cmd) != ErrnoCode.None)
            Assert.Fail(_bench.Caller.Why.ToString());
    }
}
