using Ioasis.Abi;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Reasons;

namespace Ioasis.Bench.Suites;

/// <summary>An ioctl dispatched in this process, bytes in and bytes out, beside the engine call that it makes.</summary>
internal static unsafe class DispatchSuite
{
    private const int Batch = 256;

    public static IEnumerable<Trial> Trials() => [new("dispatch/map", MapAndUnmap), new("dispatch/option", Option)];

    private static void MapAndUnmap(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        IommufdFile file = new(rig.Context);
        LocalCaller caller = new(memory);
        iommu_ioas_map map = new()
        {
            size = (uint)sizeof(iommu_ioas_map), ioas_id = rig.Space.Id.Value, user_va = memory.At(0).Value, length = Rig.Page,
            flags = (iommufd_ioas_map_flags)7,
        };
        iommu_ioas_unmap unmap = new() { size = (uint)sizeof(iommu_ioas_unmap), ioas_id = rig.Space.Id.Value, length = Rig.Page };
        ulong mapAt = (ulong)&map, unmapAt = (ulong)&unmap;
        iommu_ioas_map* mapping = (iommu_ioas_map*)mapAt;
        iommu_ioas_unmap* unmapping = (iommu_ioas_unmap*)unmapAt;
        double[] best = session.BestOf(Batch, () =>
        {
            Reason why = default;
            for (uint i = 0; i < Batch; i++)
            {
                ((iommu_ioas_map*)mapAt)->iova = i * 2 * Rig.Page;
                Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_IOAS_MAP, mapAt, out _, ref why), in why);
            }
        }, () =>
        {
            Reason why = default;
            for (uint i = 0; i < Batch; i++)
            {
                ((iommu_ioas_unmap*)unmapAt)->iova = i * 2 * Rig.Page;
                ((iommu_ioas_unmap*)unmapAt)->length = Rig.Page;
                Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_IOAS_UNMAP, unmapAt, out _, ref why), in why);
            }
        }, () =>
        {
            for (uint i = 0; i < Batch; i++)
                rig.Map(i * 2 * Rig.Page, Rig.Page);
        }, () =>
        {
            for (uint i = 0; i < Batch; i++)
                rig.Unmap(i * 2 * Rig.Page, Rig.Page);
        });
        session.Add("map", "IOAS_MAP dispatched, over the engine call", "ns", best[0] - best[2], Goal.AtMost(100), new Yardstick("engine call", best[2]));
        session.Add("unmap", "IOAS_UNMAP dispatched, over the engine call", "ns", best[1] - best[3], Goal.AtMost(100), new Yardstick("engine call", best[3]));
    }

    private static void Option(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        IommufdFile file = new(rig.Context);
        LocalCaller caller = new(memory);
        iommu_option option = new() { size = (uint)sizeof(iommu_option), op = iommufd_option_ops.IOMMU_OPTION_OP_GET };
        ulong at = (ulong)&option;
        double best = session.Best(Batch, () =>
        {
            Reason why = default;
            for (int i = 0; i < Batch; i++)
                Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_OPTION, at, out _, ref why), in why);
        });
        session.Add("", "IOMMU_OPTION get, dispatched, whole", "ns", best);
    }
}
