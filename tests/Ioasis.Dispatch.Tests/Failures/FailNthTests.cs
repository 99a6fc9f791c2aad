using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Mock;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.iommufd_hwpt_alloc_flags;
using static Ioasis.Abi.iommufd_ioas_map_flags;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Tests.Failures;

/// <summary>Threads ask whether they are armed only while some thread is, which costs each an allocation the first time: no other test measures meanwhile.</summary>
[CollectionDefinition(nameof(FailNthTests), DisableParallelization = true)]
public sealed class FailNthCollection;

/// <summary>Every call is made to fail at its first place, its second, and so on until it passes: nothing of a failed call stays.</summary>
[Collection(nameof(FailNthTests))]
public sealed partial class FailNthTests
{
    private const int MostPlaces = 100;
    private const ulong Iova = MockFormat.ApertureFirst;

    internal static readonly ReasonCode[] MadeToFail =
        [ReasonCode.AllocationMadeToFail, ReasonCode.PinMadeToFail, ReasonCode.LookUpMadeToFail, ReasonCode.StepMadeToFail];

    private readonly MockBench _bench = new(mock_device_flags.MOCK_FLAGS_DEVICE_PASID);

    /// <summary>The calls, with the least number of places that each must have.</summary>
    public static TheoryData<string, int> Calls => new()
    {
        { nameof(IOMMU_IOAS_ALLOC), 1 },
        { nameof(IOMMU_IOAS_ALLOW_IOVAS), 2 },
        { nameof(IOMMU_IOAS_IOVA_RANGES), 1 },
        { nameof(IOMMU_IOAS_MAP), 7 },
        { nameof(IOMMU_IOAS_COPY), 6 },
        { nameof(IOMMU_IOAS_UNMAP), 1 },
        { nameof(IOMMU_VFIO_IOAS), 1 },
        { nameof(IOMMU_HWPT_ALLOC), 5 },
        { "nested " + nameof(IOMMU_HWPT_ALLOC), 4 },
        { nameof(IOMMU_GET_HW_INFO), 1 },
        { nameof(IOMMU_HWPT_INVALIDATE), 2 },
        { nameof(IOMMU_FAULT_QUEUE_ALLOC), 2 },
        { nameof(IOMMU_VIOMMU_ALLOC), 3 },
        { nameof(IOMMU_VDEVICE_ALLOC), 3 },
        { nameof(IOMMU_VEVENTQ_ALLOC), 3 },
        { nameof(IOMMU_IOAS_MAP_FILE), 7 },
        { "dma-buf " + nameof(IOMMU_IOAS_MAP_FILE), 4 },
        { nameof(IOMMU_IOAS_CHANGE_PROCESS), 1 },
        { nameof(IOMMU_OPTION), 1 },
        { nameof(IOMMU_HWPT_SET_DIRTY_TRACKING), 1 },
        { nameof(IOMMU_HWPT_GET_DIRTY_BITMAP), 3 },
        { nameof(IOMMU_HW_QUEUE_ALLOC), 5 },
        { nameof(IOMMU_TEST_OP_CREATE_ACCESS), 3 },
        { nameof(IOMMU_TEST_OP_ACCESS_PAGES), 11 },
        { nameof(IOMMU_TEST_OP_ACCESS_RW), 3 },
        { nameof(IOMMU_TEST_OP_MOCK_DOMAIN), 8 },
        { nameof(IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE), 8 },
        { nameof(IOMMU_TEST_OP_PASID_ATTACH), 4 },
        { nameof(IOMMU_TEST_OP_PASID_REPLACE), 4 },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void ACallFailsAtEachOfItsPlacesAndLeavesNothingBehind(string name, int leastPlaces)
    {
        Func<ErrnoCode> call = Prepare(name);
        string before = State();
        for (uint nth = 1; nth < MostPlaces; nth++)
        {
            FailureCountdown countdown = new() { Left = nth };
            ErrnoCode errno;
            using (FailurePoint.Arm(countdown))
                errno = call();
            if (countdown.Left != 0)
            {
                Assert.Equal(ErrnoCode.None, errno);
                Assert.True(nth > leastPlaces, $"{name} has {nth - 1} places");
                return;
            }

            Assert.Contains(_bench.Caller.Why.Code, MadeToFail);
            Assert.True(errno == ReasonTable.ErrnoOf(_bench.Caller.Why.Code), $"{name}, {nth}: {errno} and {_bench.Caller.Why}");
            Assert.Equal($"{nth} {_bench.Caller.Why} {before}", $"{nth} {_bench.Caller.Why} {State()}");
        }

        Assert.Fail($"{name} never passes");
    }

    [Fact]
    public void PlacesOfOtherThreadsAndOfCallsThatAreNotArmedDoNotCount()
    {
        FailureCountdown countdown = new() { Left = 1 };
        using (FailurePoint.Arm(countdown))
        {
            uint made = 0;
            var other = new Thread(() => made = _bench.Bench.Space());
            other.Start();
            other.Join();
            Assert.NotEqual(0u, made);
        }

        Assert.NotEqual(0u, _bench.Bench.Space());
        Assert.Equal(1u, countdown.Left);
    }

    /// <summary>All that a call could leave behind.</summary>
    private string State()
    {
        ArrayMemory memory = _bench.Caller.Bytes;
        List<AddressRange> usable = [];
        Reason why = default;
        _bench.Bench.Context.GetRanges(new ObjectId(_bench.Space), usable, out ulong alignment, ref why);
        return $"{_bench.Bench.Context.ObjectCount} objects, {_bench.Caller.Descriptors.Count} descriptors, {_bench.Caller.Reserved.Count} reserved, "
            + $"{memory.Owner.User.Pages} {memory.Owner.Process.Pages} {memory.Owner.Pinned.Pages} pages, "
            + $"{OpenDescriptors()} of the file, {string.Join(' ', usable)} by {alignment}";
    }

    private Func<ErrnoCode> Prepare(string name)
    {
        switch (name)
        {
            case nameof(IOMMU_IOAS_ALLOC):
                return () => Call(IOMMU_IOAS_ALLOC, new iommu_ioas_alloc { size = 12 });
            case nameof(IOMMU_IOAS_ALLOW_IOVAS):
                return Allow;
            case nameof(IOMMU_IOAS_IOVA_RANGES):
                return () => Call(
                    IOMMU_IOAS_IOVA_RANGES, new iommu_ioas_iova_ranges { size = 32, ioas_id = _bench.Space, num_iovas = 8, allowed_iovas = MockBench.Beside });
            case nameof(IOMMU_IOAS_MAP):
                _bench.Add(); // a second page table, with another IOMMU instance's view
                return () => Map(_bench.Space, Iova);
            case nameof(IOMMU_IOAS_COPY):
                uint source = _bench.Bench.Space();
                Assert.Equal(ErrnoCode.None, Map(source, Iova));
                return () => Call(IOMMU_IOAS_COPY, new iommu_ioas_copy
                {
                    size = 40, flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_FIXED_IOVA, src_ioas_id = source, dst_ioas_id = _bench.Space,
                    src_iova = Iova, dst_iova = Iova, length = 0x4000,
                });
            case nameof(IOMMU_IOAS_UNMAP):
                Assert.Equal(ErrnoCode.None, Map(_bench.Space, Iova));
                return () => Call(IOMMU_IOAS_UNMAP, new iommu_ioas_unmap { size = 24, ioas_id = _bench.Space, iova = Iova, length = 0x4000 });
            case nameof(IOMMU_VFIO_IOAS):
                return () => Call(IOMMU_VFIO_IOAS, new iommu_vfio_ioas { size = 12, ioas_id = _bench.Space, op = iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_SET });
            case nameof(IOMMU_HWPT_ALLOC):
                uint faults = FaultQueue();
                return () => _bench.TryTable(_bench.Space, IOMMU_HWPT_FAULT_ID_VALID, nested: false, faults, out _);
            case "nested " + nameof(IOMMU_HWPT_ALLOC):
                uint parent = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT), queue = FaultQueue();
                return () => _bench.TryTable(parent, IOMMU_HWPT_FAULT_ID_VALID, nested: true, queue, out _);
            case nameof(IOMMU_GET_HW_INFO):
                return () => Call(IOMMU_GET_HW_INFO, new iommu_hw_info { size = 40, dev_id = _bench.DeviceId });
            case nameof(IOMMU_HWPT_INVALIDATE):
                uint nested = _bench.Table(_bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT), nested: true);
                return () => Call(IOMMU_HWPT_INVALIDATE, new iommu_hwpt_invalidate
                {
                    size = 32, hwpt_id = nested, data_uptr = MockBench.Beside, entry_len = 8, data_type = (iommu_hwpt_invalidate_data_type)MockFormat.InvalidationData,
                });
            case nameof(IOMMU_FAULT_QUEUE_ALLOC):
                return () => Call(IOMMU_FAULT_QUEUE_ALLOC, new iommu_fault_alloc { size = 16 });
            case nameof(IOMMU_VIOMMU_ALLOC):
                uint stage2 = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT);
                return () => VirtualIommu(stage2, out _);
            case nameof(IOMMU_VDEVICE_ALLOC):
                uint owner = VirtualIommu();
                return () => Call(IOMMU_VDEVICE_ALLOC, new iommu_vdevice_alloc { size = 24, viommu_id = owner, dev_id = _bench.DeviceId, virt_id = 5 });
            case nameof(IOMMU_VEVENTQ_ALLOC):
                uint sender = VirtualIommu();
                return () => Call(IOMMU_VEVENTQ_ALLOC, new iommu_veventq_alloc
                {
                    size = 32, viommu_id = sender, type = (iommu_veventq_type)MockFormat.EventType, veventq_depth = 2,
                });
            default:
                return PrepareTest(name);
        }
    }

    private Func<ErrnoCode> PrepareTest(string name)
    {
        if (name is not (nameof(IOMMU_TEST_OP_MOCK_DOMAIN) or nameof(IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE)
            or nameof(IOMMU_TEST_OP_PASID_ATTACH) or nameof(IOMMU_TEST_OP_PASID_REPLACE)))
            return PrepareMemory(name);
        uint other = _bench.Bench.Space();
        Assert.Equal(ErrnoCode.None, Map(other, Iova));
        Assert.Equal(ErrnoCode.None, Map(other, Iova + 0x10000));
        if (name == nameof(IOMMU_TEST_OP_MOCK_DOMAIN))
        {
            return () =>
            {
                iommu_test_cmd cmd = new() { op = IOMMU_TEST_OP_MOCK_DOMAIN, id = other };
                return _bench.Test(ref cmd);
            };
        }

        if (name == nameof(IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE))
            return () => _bench.Replace(other);
        uint table = _bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_PASID);
        Assert.Equal(ErrnoCode.None, _bench.Replace(table));
        uint first = _bench.Table(other, IOMMU_HWPT_ALLOC_PASID), second = _bench.Table(other, IOMMU_HWPT_ALLOC_PASID);
        if (name == nameof(IOMMU_TEST_OP_PASID_ATTACH))
            return () => _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 7, first);
        Assert.Equal(ErrnoCode.None, _bench.Pasid(IOMMU_TEST_OP_PASID_ATTACH, 7, first));
        return () => _bench.Pasid(IOMMU_TEST_OP_PASID_REPLACE, 7, second);
    }

    private ErrnoCode Call<T>(uint command, T structure)
        where T : unmanaged => _bench.Call(command, ref structure);

    private ErrnoCode Allow()
    {
        _bench.Caller.Bytes.Put(new iommu_iova_range { start = Iova, last = Iova + 0xffff }, MockBench.Beside);
        return Call(IOMMU_IOAS_ALLOW_IOVAS, new iommu_ioas_allow_iovas { size = 24, ioas_id = _bench.Space, num_iovas = 1, allowed_iovas = MockBench.Beside });
    }

    private ErrnoCode Map(uint space, ulong iova) => Call(IOMMU_IOAS_MAP, new iommu_ioas_map
    {
        size = 40, flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE, ioas_id = space,
        user_va = ArrayMemory.Base + 0x10000, length = 0x4000, iova = iova,
    });

    private uint FaultQueue()
    {
        iommu_fault_alloc cmd = new() { size = 16 };
        Assert.Equal(ErrnoCode.None, _bench.Call(IOMMU_FAULT_QUEUE_ALLOC, ref cmd));
        return cmd.out_fault_id;
    }

    private uint VirtualIommu()
    {
        Assert.Equal(ErrnoCode.None, VirtualIommu(_bench.Table(_bench.Space, IOMMU_HWPT_ALLOC_NEST_PARENT), out uint id));
        return id;
    }

    private ErrnoCode VirtualIommu(uint parent, out uint id)
    {
        iommu_viommu_alloc cmd = new() { size = 40, dev_id = _bench.DeviceId, hwpt_id = parent, type = (iommu_viommu_type)MockFormat.VirtualType };
        ErrnoCode errno = _bench.Call(IOMMU_VIOMMU_ALLOC, ref cmd);
        id = cmd.out_viommu_id;
        return errno;
    }
}
