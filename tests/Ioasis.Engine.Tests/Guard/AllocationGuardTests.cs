using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;
using Ioasis.Engine.Tests.Stress;

namespace Ioasis.Engine.Tests.Guard;

/// <summary>
/// Bytes that calls allocate and that objects weigh. That ioctls and page faults allocate nothing is tested beside them, in
/// tests that make one.
/// </summary>
public sealed class AllocationGuardTests
{
    private const int Objects = 1 << 14;
    private const ulong Page = 4096;

    private readonly Lab _lab = new();
    private readonly StressMemory _memory = new(1);

    [Fact]
    public void Calls_in_steady_state_allocate_no_more_than_recorded()
    {
        GuardFile guard = new("calls");
        Ioas space = _lab.Space();
        guard.Add("map-and-unmap/unattached", BytesOf(200, _ => MapAndUnmap(space)));
        PhysicalDevice device = _lab.Device();
        BoundDevice bound = _lab.Bind(device);
        _lab.Attach(bound, space);
        guard.Add("map-and-unmap/attached", BytesOf(200, _ => MapAndUnmap(space)));
        guard.Add("automatic-iova", BytesOf(200, _ => _lab.Unmap(space, MapAnywhere(space), Page)));

        Map(space, Page);
        DmaPort port = device.OpenPort();
        byte[] bytes = new byte[64];
        guard.Add("dma/read", BytesOf(200, _ => port.Read(new Iova(Page), bytes)));
        guard.Add("dma/write", BytesOf(200, _ => port.Write(new Iova(Page), bytes)));
        guard.Add("dma/abort", BytesOf(200, _ => port.Read(new Iova(16 * Page), bytes)));
        guard.Check();
    }

    [Fact]
    public void Objects_weigh_no_more_than_recorded()
    {
        GuardFile guard = new("weight");
        Iommu iommu = new("dmar1", IommuType.Vtd) { Aperture = new AddressRange(0, Lab.ApertureLast), PasidBits = 20 };
        PhysicalDevice device = new("0000:01:00.0", new RequesterId(1, 0, 0), _lab.Group(iommu), []) { PasidBits = 20, BusMaster = true };
        BoundDevice bound = _lab.Bind(device);
        Ioas[] spaces = new Ioas[Objects];
        PageTable[] tables = new PageTable[Objects];
        guard.Add("ioas", BytesOf(Objects, i => spaces[i] = _lab.Space()));
        guard.Add("ioas/first-area", BytesOf(Objects, i => Map(spaces[i], Page)));
        guard.Add("hwpt", BytesOf(Objects, i =>
        {
            _lab.Succeed(_lab.Context.AllocateTable(
                bound.Id, spaces[i].Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID, default, default, out PageTable? table, ref _lab.Why));
            _lab.Context.Publish(table!);
            tables[i] = table!;
        }));
        guard.Add("attachment", BytesOf(Objects, i =>
        {
            ObjectId id = tables[i].Id;
            _lab.Succeed(bound.Attach(new Pasid((uint)i + 1), ref id, ref _lab.Why));
        }));
        Ioas large = _lab.Space();
        guard.Add("area", BytesOf(Objects, i => Map(large, (ulong)(i + 1) * 2 * Page)));
        guard.Check();
    }

    /// <summary>
    /// Bytes of one call. Where calls are repeated, the least of several rounds: what is kept once, or what the runtime itself makes for this
    /// thread now and then, is not every call's.
    /// </summary>
    private static long BytesOf(int calls, Action<int> call)
    {
        long least = long.MaxValue;
        for (int rounds = calls == Objects ? 1 : 5; rounds > 0 && least > 0; rounds--)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < calls; i++)
                call(i);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (least + calls - 1) / calls; // rounded up, so that one byte shows
    }

    private void MapAndUnmap(Ioas space)
    {
        Map(space, Page);
        _lab.Unmap(space, Page, Page);
    }

    private void Map(Ioas space, ulong iova) => _lab.Succeed(_lab.Context.Map(
        space.Id, _memory, StressMemory.Address(0), Page, new Iova(iova), AreaAccess.ReadWrite, false, out _, ref _lab.Why));

    private ulong MapAnywhere(Ioas space)
    {
        _lab.Succeed(_lab.Context.Map(
            space.Id, _memory, StressMemory.Address(0), Page, null, AreaAccess.ReadWrite, false, out Iova placed, ref _lab.Why));
        return placed.Value;
    }
}
